import { Unicode11Addon } from "@xterm/addon-unicode11";
import { Terminal } from "@xterm/xterm";

import { guard } from "./guard";
import { mend } from "./mending";
import type { Screen, Size } from "./screen";
import { cellsText, isPlain, type Pen, penText, PLAIN, sameCells } from "./state";

const SCROLLBACK = 1000;
const GROUND = 0;
const NO_POWERS = { answers: () => false, modes: () => false };

/** What of xterm's inside tells whether a text can stand for all of its state. */
interface Inside {
  _inputHandler: { _parser: Parser; _utf8Decoder: { interim: Uint8Array }; _curAttrData: Pen };
  _charsetService: { charset: unknown; glevel: number };
  coreService: { isCursorHidden: boolean };
  buffers: { active: Buffer; normal: Buffer; alt: Buffer };
  writeSync: (text: string) => void;
}

interface Parser {
  currentState: number;
  /** Of the character that was printed last: one may join it, or ask for it again (REP). 0 after anything else. */
  precedingJoinState: number;
}

interface Buffer {
  x: number;
  y: number;
  ybase: number;
  scrollTop: number;
  scrollBottom: number;
  savedX: number;
  savedY: number;
  savedCurAttrData: Pen;
}

/** What a terminal shows, as text that makes another show it, and what the text does not tell. */
export interface State {
  readonly text: string;
  readonly preceding: number;
}

export const NO_STATE: State = { text: "", preceding: 0 };

/** A terminal that nobody sees: its state can be taken as text, and put back. What is written is done in its order. */
export class Emulator {
  size: Size;
  private terminal: Terminal;
  private readonly piped: boolean;
  private twin: Screen | undefined;
  private behind: Promise<void> | undefined;

  /** `piped`: lines end without a carriage return. */
  constructor(size: Size, piped: boolean) {
    this.size = size;
    this.piped = piped;
    this.terminal = this.anew(size);
  }

  private get inside(): Inside {
    return insideOf(this.terminal);
  }

  private anew({ columns, rows }: Size): Terminal {
    const terminal = new Terminal({
      cols: columns,
      rows,
      scrollback: SCROLLBACK,
      convertEol: this.piped,
      allowProposedApi: true,
      logLevel: "off",
    });
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    guard(terminal.parser, NO_POWERS);
    mend(terminal);
    return terminal;
  }

  write(data: Uint8Array | string): void {
    if (data.length === 0) return;
    this.terminal.write(data);
    this.behind = this.twin?.write(data);
  }

  resize(size: Size): void {
    this.size = size;
    this.terminal.write("", () => this.terminal.resize(size.columns, size.rows));
    const { twin } = this;
    twin?.terminal.write("", () => twin.resize(size));
  }

  /** Done when all that was written is parsed. */
  async settled(): Promise<void> {
    await new Promise<void>((done) => this.terminal.write("", done));
    await this.behind;
  }

  /**
   * A screen shows what this one does, from now on. To be called when it is settled. False: only until more is written,
   * for what was written last is cut within a sequence.
   */
  async show(twin: Screen): Promise<boolean> {
    this.twin = undefined;
    twin.terminal.options.convertEol = this.piped;
    twin.resize(this.size);
    const { text, preceding } = this.state();
    await twin.write(`\u001bc${text}`);
    insideOf(twin.terminal)._inputHandler._parser.precedingJoinState = preceding;
    if (!this.isAtRest()) return false;
    this.twin = twin;
    return true;
  }

  hide(): void {
    this.twin = undefined;
  }

  /** The state after what is written by now; undefined where more hangs on it than it tells. */
  stateAtRest(): Promise<State | undefined> {
    return new Promise((done) => this.terminal.write("", () => done(this.isAtRest() ? this.provenState() : undefined)));
  }

  /** To be called when it is settled. Nothing shows it then. */
  restore(size: Size, { text, preceding }: State): void {
    this.twin = undefined;
    this.size = size;
    // xterm's reset leaves something of the second screen
    this.terminal.dispose();
    this.terminal = this.anew(size);
    this.write(text);
    const { _parser: parser } = this.inside._inputHandler;
    this.terminal.write("", () => {
      parser.precedingJoinState = preceding;
    });
  }

  dispose(): void {
    this.terminal.dispose();
  }

  private isAtRest(): boolean {
    const { _inputHandler: handler, _charsetService: charsets, buffers } = this.inside;
    const { active, normal, alt } = buffers;
    const pens = active === alt ? [normal.savedCurAttrData] : [];
    if (hasSaved(active)) pens.push(active.savedCurAttrData);
    return (
      pens.every(isPlain) &&
      handler._parser.currentState === GROUND &&
      handler._utf8Decoder.interim[0] === 0 &&
      charsets.charset === undefined &&
      charsets.glevel === 0 &&
      !this.terminal.modes.originMode &&
      active.x < this.terminal.cols
    );
  }

  /** Undefined where its text makes other lines: how they were broken, and changed with the size, no text tells. */
  private provenState(): State | undefined {
    const state = this.state();
    const { cols, rows, buffer } = this.terminal;
    const other = this.anew({ columns: cols, rows });
    insideOf(other).writeSync(state.text);
    const same = sameCells(buffer.normal, other.buffer.normal) && sameCells(buffer.active, other.buffer.active);
    other.dispose();
    return same ? state : undefined;
  }

  private state(): State {
    const { buffers, coreService, _inputHandler: handler } = this.inside;
    const { modes, buffer } = this.terminal;
    // not `size`, which is that after all that is written
    const { cols: columns, rows } = this.terminal;
    const { x, y, scrollTop, scrollBottom } = buffers.active;
    const parts = [cellsText(buffer.normal, columns)];
    if (buffers.active === buffers.alt)
      parts.push(saved(buffers.normal), "\u001b[?1049h\u001b[H", cellsText(buffer.alternate, columns));
    if (scrollTop > 0 || scrollBottom < rows - 1) parts.push(`\u001b[${scrollTop + 1};${scrollBottom + 1}r`);
    if (hasSaved(buffers.active)) parts.push(saved(buffers.active), "\u001b7");
    parts.push(to(Math.min(x, columns - 1), y), penText(handler._curAttrData));
    if (!modes.wraparoundMode) parts.push("\u001b[?7l");
    if (modes.insertMode) parts.push("\u001b[4h");
    if (modes.reverseWraparoundMode) parts.push("\u001b[?45h");
    if (coreService.isCursorHidden) parts.push("\u001b[?25l");
    return { text: parts.join(""), preceding: handler._parser.precedingJoinState };
  }
}

const insideOf = (terminal: Terminal): Inside => (terminal as unknown as { _core: Inside })._core;

const hasSaved = ({ savedX, savedY, ybase }: Buffer): boolean => savedX > 0 || savedY > ybase;

const to = (x: number, y: number): string => `\u001b[${y + 1};${x + 1}H`;

/** Where its cursor was saved, in no colour. */
const saved = ({ savedX, savedY, ybase }: Buffer): string => `${PLAIN}${to(savedX, Math.max(0, savedY - ybase))}`;
