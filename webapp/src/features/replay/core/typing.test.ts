import { expect, test } from "vitest";

import type { Frame } from "./transcript";
import { Typing } from "./typing";

type Part = readonly ["in" | "out", string];

const bytes = (text: string) => new TextEncoder().encode(text);

/** Frames a millisecond apart. */
function framesOf(...parts: readonly Part[]): Frame[] {
  let offset = 0;
  return parts.map(([way, text], index) => {
    const data = bytes(text);
    const frame = { kind: way === "in" ? "INPUT" : "OUTPUT", offset, timeUs: index * 1000, data };
    if (way === "out") offset += data.length;
    return frame;
  });
}

function told(typing: Typing, timeUs = Infinity): string {
  const parts = typing.until(timeUs, 100);
  return parts.map((each) => (each.is === "hidden" ? "…" : each.is === "key" ? `<${each.text}>` : each.text)).join("");
}

function typed(...parts: readonly Part[]): string {
  const typing = new Typing();
  for (const frame of framesOf(...parts)) typing.take(frame);
  return told(typing);
}

const keys = (text: string): Part[] =>
  [...text].flatMap((key): Part[] => [
    ["in", key],
    ["out", key],
  ]);

test.each<readonly [string, Part[], string]>([
  ["what is echoed key by key", [...keys("ls -l"), ["in", "\r"], ["out", "\r\nfiles\r\n$ "]], "ls -l<⏎>"],
  [
    "what is echoed late and at once",
    [
      ["in", "l"],
      ["in", "s"],
      ["in", "\r"],
      ["out", "ls\r\n"],
    ],
    "ls<⏎>",
  ],
  [
    "what is drawn anew with each key",
    [
      ["in", "l"],
      ["out", "l"],
      ["in", "s"],
      ["out", "\b\u001b[32mls\u001b[m"],
      ["in", "\r"],
    ],
    "ls<⏎>",
  ],
  [
    "a password",
    [
      ["out", "Password: "],
      ...[..."hunter2"].map((key): Part => ["in", key]),
      ["in", "\r"],
      ["out", "\r\nWelcome\r\n"],
    ],
    "…<⏎>",
  ],
  ["a password that is pasted", [["in", "hunter2\r"], ["out", "\r\n$ "], ...keys("id"), ["in", "\r"]], "…<⏎>id<⏎>"],
  [
    "a password that is answered by stars",
    [
      ...[..."hunter2"].flatMap((key): Part[] => [
        ["in", key],
        ["out", "*"],
      ]),
      ["in", "\r"],
    ],
    "…<⏎>",
  ],
  [
    "a password whose beginning is printed then",
    [
      ["in", "hunter2\r"],
      ["out", "hunt\r\n"],
    ],
    "…<⏎>",
  ],
  [
    "a password that is printed in another line",
    [
      ["in", "hunter2\r"],
      ["out", "\r\nhunter2\r\n"],
    ],
    "…<⏎>",
  ],
  [
    "one that is corrected",
    [
      ["in", "hund"],
      ["in", "\u007f"],
      ["in", "ter2"],
      ["in", "\r"],
      ["out", "\r\n"],
    ],
    "…<⌫>…<⏎>",
  ],
  ["keys that have names", [["in", "\u001b[A\u001bOB\t\u0003\u001b[3~"]], "<↑><↓><⇥><^C><Del>"],
  ["what a terminal answers", [["in", "\u001b[?1;2c\u001b]11;rgb:0000/0000/0000\u001b\\\u001b[24;80R"]], ""],
  [
    "a paste between brackets",
    [
      ["in", "\u001b[200~ahoy\u001b[201~"],
      ["out", "\u001b[7mahoy\u001b[27m"],
      ["in", "\r"],
    ],
    "ahoy<⏎>",
  ],
  ["a line that goes on in the next row", [...keys("ls"), ["out", " \r"], ...keys("-l"), ["in", "\r"]], "ls-l<⏎>"],
  [
    "two lines typed ahead",
    [
      ["in", "a\rb\r"],
      ["out", "a\r\nb\r\n"],
    ],
    "a<⏎>b<⏎>",
  ],
  [
    "keys in a program that fills the screen",
    [
      ["in", "d"],
      ["in", "d"],
      ["out", "\u001b[2Krope"],
      ["in", "\u001b"],
    ],
    "…<Esc>",
  ],
  ["letters of any alphabet", [...keys("⚓ż🪢"), ["in", "\r"]], "⚓ż🪢<⏎>"],
])("of %s", (_, parts, shown) => {
  expect(typed(...parts)).toBe(shown);
});

test("what is not over yet is not told: it may become a password", () => {
  expect(typed(["in", "h"], ["out", "h"])).toBe("");
});

test("at an earlier moment is told what was typed by then, however often the record is played", () => {
  const frames = framesOf(...keys("id"), ["in", "\r"], ["out", "\r\n"], ...keys("ls"), ["in", "\r"], ["out", "\r\n"]);
  const typing = new Typing();
  for (const frame of [...frames, ...frames, ...frames.slice(3)]) typing.take(frame);
  expect(told(typing)).toBe("id<⏎>ls<⏎>");
  expect(told(typing, 4000)).toBe("id<⏎>");
  expect(told(typing, 1000)).toBe("i");
  expect(typing.until(Infinity, 2)).toHaveLength(2);
});

test("a flood of keys is forgotten from its beginning", () => {
  const typing = new Typing();
  for (const frame of framesOf(...Array.from({ length: 5000 }, (): Part => ["in", "\u0003"]))) typing.take(frame);
  expect(typing.until(Infinity, 10_000).length).toBe(2000);
});
