import { type Emulator, NO_STATE, type State } from "@/shared/terminal/emulator";
import type { Size } from "@/shared/terminal/screen";
import { visibleText } from "@/shared/text/visible";

import { beyond } from "./bisect";
import { endOf, type Frame, isPrinted, type Page, type Transcript } from "./transcript";
import { Typing } from "./typing";

/** A stretch of output that was erased. */
export interface Hole {
  readonly first: number;
  readonly until: number;
  readonly reason: string;
}

interface Kept {
  readonly timeUs: number;
  readonly offset: number;
  readonly size: Size;
  readonly state: State;
}

interface TapeOptions {
  transcript: Transcript;
  emulator: Emulator;
  /** The size that its terminal had first; undefined: it ran without one. */
  terminal: Size | undefined;
  holes: readonly Hole[];
}

/** Output between two states that are kept, at first. */
const STATE_BYTES = 256 * 1024;
const MOST_STATES = 64;
/** Characters of all states: beyond either, every second one is dropped, and memory does not grow with the output. */
const MOST_KEPT = 24 * 1024 * 1024;
/** Written before the page gets a turn. */
const AT_ONCE = 512 * 1024;
const LARGEST_SIDE = 1000;

/** One command's output, played to any moment: forwards by its frames, backwards from states kept on the way. */
export class Tape {
  readonly emulator: Emulator;
  /** Output bytes up to here are played. */
  offset = 0;
  /** Counts up with each jump, after which what was drawn before says nothing. */
  jumps = 0;
  readonly transcript: Transcript;
  readonly typing = new Typing();
  private readonly terminal: Size | undefined;
  private readonly holes: readonly Hole[];
  private states: Kept[];
  private every = STATE_BYTES;
  private kept = 0;
  private time = 0;
  private page: Page | undefined;
  private index = 0;
  private lost = "";

  constructor({ transcript, emulator, terminal, holes }: TapeOptions) {
    this.transcript = transcript;
    this.emulator = emulator;
    this.terminal = terminal && within(terminal);
    this.holes = [...holes].toSorted((one, other) => one.first - other.first);
    this.states = [{ timeUs: 0, offset: 0, size: this.terminal ?? emulator.size, state: NO_STATE }];
    this.rewind(this.states[0] as Kept);
  }

  /**
   * Shows the screen as it was at a time after the command's start. `stopped`: is asked now and then whether another
   * time is wanted meanwhile; false then.
   */
  async at(timeUs: number, stopped: () => boolean = () => false): Promise<boolean> {
    const state = this.states[Math.max(0, beyond(this.states, timeUs, (each) => each.timeUs) - 1)] as Kept;
    if (timeUs < this.time || (state.offset > this.offset && state.timeUs > this.time)) this.rewind(state);
    let waiting = 0;
    for (let frame = await this.peek(); frame && this.dueOf(frame) <= timeUs; frame = await this.peek()) {
      this.index += 1;
      this.play(frame);
      waiting += frame.data.length;
      if (waiting < AT_ONCE) continue;
      await this.emulator.settled();
      waiting = 0;
      if (stopped()) return false;
    }
    await this.emulator.settled();
    return true;
  }

  /** When it prints again, as far as that is known. */
  nextTime(): number | undefined {
    const frame = this.page?.frames[this.index];
    return frame && this.dueOf(frame);
  }

  private dueOf(frame: Frame): number {
    return Math.max(frame.timeUs, this.time);
  }

  private rewind({ timeUs, offset, size, state }: Kept): void {
    this.emulator.restore(size, state);
    this.time = timeUs;
    this.offset = offset;
    this.kept = offset;
    this.page = undefined;
    this.index = 0;
    this.lost = "";
    this.jumps += 1;
  }

  private async peek(): Promise<Frame | undefined> {
    for (;;) {
      const frame = this.page?.frames[this.index];
      if (frame) return frame;
      if (this.page?.complete) return undefined;
      const after = this.page?.next ?? this.offset;
      const page = await this.transcript.page(after);
      const fresh = page.frames.length > 0 && (page.next > after || page.complete || !this.page);
      if (!fresh) return undefined;
      this.page = page;
      this.index = 0;
    }
  }

  private play(frame: Frame): void {
    this.time = this.dueOf(frame);
    if (frame.kind === "RESIZE") this.resize(frame);
    if (this.terminal) this.typing.take(frame);
    if (frame.kind === "GAP") this.lost = new TextDecoder().decode(frame.data);
    else this.tellLost(frame);
    if (!isPrinted(frame)) return;
    this.print(frame);
    this.offset = endOf(frame);
    if (this.offset - this.kept >= this.every) void this.keep();
  }

  private resize({ data }: Frame): void {
    if (!this.terminal || data.length !== 4) return;
    const view = new DataView(data.buffer, data.byteOffset);
    this.emulator.resize(within({ columns: view.getUint16(0, true), rows: view.getUint16(2, true) }));
  }

  private tellLost(frame: Frame): void {
    const count = Math.max(0, frame.offset - this.offset);
    const why = this.lost;
    this.lost = "";
    if (count > 0 || why)
      this.tell(`${count.toLocaleString("en")} bytes of output are missing here${why ? `: ${why}` : ""}`);
  }

  private print({ data, offset }: Frame): void {
    let from = 0;
    const end = offset + data.length;
    for (const hole of this.holes) {
      if (hole.first < Math.max(offset, this.offset) || hole.first >= end) continue;
      const start = hole.first - offset;
      this.emulator.write(data.subarray(from, start));
      this.tell(`${(hole.until - hole.first).toLocaleString("en")} bytes were erased: ${hole.reason}`);
      from = start;
    }
    this.emulator.write(data.subarray(from));
  }

  private tell(words: string): void {
    this.emulator.write(`\r\n\u001b[7m[${visibleText(words)}]\u001b[m\r\n`);
  }

  /** The state is that at rest after what is written: where a sequence is cut here, another place will do. */
  private async keep(): Promise<void> {
    const { offset, time: timeUs, jumps } = this;
    this.kept = offset;
    if (offset <= (this.states.at(-1)?.offset ?? 0)) return;
    const { size } = this.emulator;
    const state = await this.emulator.stateAtRest();
    if (state === undefined) {
      if (jumps === this.jumps) this.kept = Math.min(this.kept, offset - this.every + AT_ONCE / 8);
      return;
    }
    if (offset > (this.states.at(-1)?.offset ?? 0)) this.states.push({ timeUs, offset, size, state });
    const characters = this.states.reduce((sum, each) => sum + each.state.text.length, 0);
    if (this.states.length <= MOST_STATES && characters <= MOST_KEPT) return;
    this.states = this.states.filter((_, index) => index % 2 === 0);
    this.every *= 2;
  }
}

/** What a record says, kept within what is possible. */
const within = ({ columns, rows }: Size): Size => ({
  columns: Math.min(Math.max(columns, 2), LARGEST_SIDE),
  rows: Math.min(Math.max(rows, 1), LARGEST_SIDE),
});
