import type { Lines } from "./lines";
import type { OutputSink } from "./run";

const MOST_LINES = 20_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** At most so many lines more than `MOST_LINES` come after the place before it is looked whether it is far. */
const PIECE_BYTES = 16 * 1024;

/** A byte of output that somebody wants to see: its line is marked as it is printed, and much more waits to be asked for. */
export class Place {
  private readonly offset: number;
  private isMarked = false;
  private bytes = 0;

  constructor(offset: number) {
    this.offset = offset;
  }

  /** What was erased has no bytes: then it is the line after. */
  print(lines: Lines, data: Uint8Array, error: boolean, offset: number): void {
    const before = Math.max(0, this.offset - offset);
    if (this.isMarked || before >= data.length) lines.print(data, error);
    else {
      if (before > 0) lines.print(data.subarray(0, before), error);
      lines.markNext();
      this.isMarked = true;
      lines.print(data.subarray(before), error);
    }
    if (this.isMarked) this.bytes += data.length;
  }

  /** So much came after it that, with more, its line would be forgotten. */
  isFar(lines: Lines): boolean {
    return (
      lines.marked !== undefined && (this.bytes > MOST_BYTES || lines.gone + lines.length - lines.marked > MOST_LINES)
    );
  }
}

/** Prints what comes after the place no further than its line is kept, and the rest when `hold` lets it go on. In the
 * order in which it is given, whether its giver waits or not.
 */
export function printingTo(lines: Lines, place: Place, hold: () => Promise<void>): OutputSink {
  let before = Promise.resolve();
  const print = async (data: Uint8Array, error: boolean, offset: number) => {
    for (let at = 0; at < data.length; at += PIECE_BYTES) {
      place.print(lines, data.subarray(at, at + PIECE_BYTES), error, offset + at);
      if (place.isFar(lines)) await hold();
    }
  };
  return {
    write: (data, error, offset) => (before = before.then(() => print(data, error, offset))),
    note: (text) => {
      before = before.then(() => lines.note(text));
    },
  };
}
