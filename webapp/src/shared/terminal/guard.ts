import type { IDisposable, IParser } from "@xterm/xterm";

/** What of a terminal's powers what is printed has. */
export interface Powers {
  /** Somebody's keyboard is the program's, live: it may ask the terminal what it is, and is answered. */
  answers: () => boolean;
  /** The program runs: it may ask for the mouse, the focus and marked pastes. Not what a record says. */
  modes: () => boolean;
}

/** Titles, folders, colours and notifications, links to the clipboard, files of iTerm: nothing that is printed has these. */
const REFUSED_OSC = [
  0, 1, 2, 4, 5, 7, 9, 10, 11, 12, 13, 14, 17, 19, 50, 52, 99, 104, 110, 111, 112, 133, 633, 777, 1337,
];
/** Mouse, focus, marked paste. */
const INPUT_MODES = new Set([9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 2004]);
const QUERIES = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { final: "t" },
  { prefix: ">", final: "q" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
] as const;
const ASKED_BY_DCS = [
  { intermediates: "$", final: "q" },
  { intermediates: "+", final: "q" },
] as const;

/** What ends each mode, for a program that is over and did not. */
export const RESTED = `${[...INPUT_MODES].map((mode) => `\u001b[?${mode}l`).join("")}\u001b[?25h`;

/** Takes away what output must not do to a viewer's terminal. */
export function guard(parser: IParser, { answers, modes }: Powers): IDisposable {
  const unlessAnswered = () => !answers();
  const taken = [
    ...REFUSED_OSC.map((code) => parser.registerOscHandler(code, () => true)),
    ...QUERIES.map((each) => parser.registerCsiHandler(each, unlessAnswered)),
    ...ASKED_BY_DCS.map((each) => parser.registerDcsHandler(each, unlessAnswered)),
    parser.registerCsiHandler(
      { prefix: "?", final: "h" },
      (parameters) => !modes() && parameters.flat().some((each) => INPUT_MODES.has(each)),
    ),
  ];
  return { dispose: () => taken.forEach((each) => each.dispose()) };
}

/** Where a link that was printed may lead. */
export function safeLink(address: string): URL | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  return url && (url.protocol === "https:" || url.protocol === "http:") && !url.username && !url.password
    ? url
    : undefined;
}
