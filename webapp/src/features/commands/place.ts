import type { Lines } from "./lines";

const MOST_LINES = 20_000;
const MOST_BYTES = 4 * 1024 * 1024;

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
