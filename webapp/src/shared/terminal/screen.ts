import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { Terminal } from "@xterm/xterm";

import { colours } from "./colours";
import { guard, type Powers, safeLink } from "./guard";
import { mend } from "./mending";
import { nonced } from "./nonced";

import "@xterm/xterm/css/xterm.css";
import classes from "./screen.module.css";

export interface Size {
  columns: number;
  rows: number;
}

interface ScreenOptions extends Powers {
  size: Size;
  scheme: "light" | "dark";
  /** Output of a pipe: its lines end without a carriage return. */
  piped: boolean;
  /** A link was chosen: ask before it is followed. */
  follow: (address: URL) => void;
}

const SCROLLBACK = 10_000;
/** Bytes in `CALM_MS` that can be listened to. */
const LISTENED = 16 * 1024;
const CALM_MS = 1000;

/** A terminal of a viewer: it shows what was printed, and what was printed gets no hold of it. */
export class Screen {
  readonly terminal: Terminal;
  readonly search = new SearchAddon({ highlightLimit: 500 });
  private readonly fitting = new FitAddon();
  /** Written lately. */
  private unread = 0;
  private calm: ReturnType<typeof setTimeout> | undefined;

  constructor({ size, scheme, piped, follow, ...powers }: ScreenOptions) {
    const activate = (_event: MouseEvent, address: string) => {
      const url = safeLink(address);
      if (url) follow(url);
    };
    this.terminal = new Terminal({
      cols: size.columns,
      rows: size.rows,
      scrollback: SCROLLBACK,
      convertEol: piped,
      disableStdin: true,
      screenReaderMode: true,
      allowProposedApi: true,
      cursorInactiveStyle: "outline",
      fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
      fontSize: 13,
      lineHeight: 1.2,
      theme: colours[scheme],
      minimumContrastRatio: 4.5,
      linkHandler: { activate, allowNonHttpProtocols: false },
      logLevel: "off",
    });
    this.terminal.loadAddon(this.search);
    this.terminal.loadAddon(this.fitting);
    this.terminal.loadAddon(new WebLinksAddon(activate));
    this.terminal.loadAddon(new Unicode11Addon());
    this.terminal.unicode.activeVersion = "11";
    guard(this.terminal.parser, powers);
    mend(this.terminal);
  }

  open(element: HTMLElement): void {
    nonced(() => this.terminal.open(element));
  }

  /** Done when it is parsed: whoever waits for it is no faster than the terminal. */
  write(data: Uint8Array | string): Promise<void> {
    this.readAloud(data.length);
    return new Promise((done) => this.terminal.write(data, done));
  }

  /**
   * Nobody can listen to a flood, and telling screen readers of each of its characters takes most of the time: they are
   * told of what is there when it is over.
   */
  private readAloud(more: number): void {
    this.unread += more;
    if (this.unread > LISTENED) this.terminal.options.screenReaderMode = false;
    this.calm ??= setTimeout(() => {
      this.calm = undefined;
      const flood = this.unread > LISTENED;
      this.unread = 0;
      if (flood) this.readAloud(0);
      else this.terminal.options.screenReaderMode = true;
    }, CALM_MS);
  }

  paint(scheme: "light" | "dark"): void {
    this.terminal.options.theme = colours[scheme];
  }

  /** Height of its characters. */
  scale(px: number): void {
    this.terminal.options.fontSize = px;
  }

  /** The size that would fill the room there is. */
  room(): Size | undefined {
    const found = this.fitting.proposeDimensions();
    return found && Number.isFinite(found.cols) && Number.isFinite(found.rows)
      ? { columns: Math.max(20, found.cols), rows: Math.max(4, found.rows) }
      : undefined;
  }

  resize({ columns, rows }: Size): void {
    this.terminal.resize(columns, rows);
  }

  /** A line across, where something happened between what is above and below it. Not over a full screen. */
  mark(label: string): void {
    const marker = this.terminal.registerMarker(0);
    const drawn = marker && this.terminal.registerDecoration({ marker, width: this.terminal.cols, layer: "top" });
    drawn?.onRender((element) => {
      element.classList.add(classes.mark ?? "");
      element.title = label;
    });
  }

  /** Chooses a text and shows it, the one that is so many from the end. False: it is not there. */
  markText(text: string, fromEnd: number): boolean {
    this.terminal.clearSelection();
    let found = false;
    for (let left = fromEnd; left > 0; left -= 1) found = this.search.findPrevious(text);
    return found;
  }

  /** Keys go to who listens to the terminal, or nowhere. */
  takeKeys(on: boolean): void {
    this.terminal.options.disableStdin = !on;
    this.terminal.options.cursorBlink = on;
  }

  dispose(): void {
    clearTimeout(this.calm);
    this.terminal.dispose();
  }
}
