import { beyond } from "./bisect";

/** What a command printed at once, or what else was recorded of it. */
export interface Frame {
  readonly kind: string;
  /** Output bytes before it. */
  readonly offset: number;
  /** Microseconds since the command started. */
  readonly timeUs: number;
  readonly data: Uint8Array;
}

export interface Page {
  readonly frames: readonly Frame[];
  readonly next: number;
  readonly complete: boolean;
}

/** Asks for frames that reach beyond an offset; `limit` is in bytes. */
export type FetchPage = (after: number, limit: number) => Promise<Page>;

const PRINTED = new Set(["OUTPUT", "ERROR"]);
export const isPrinted = (frame: Frame): boolean => PRINTED.has(frame.kind);
export const endOf = (frame: Frame): number => (isPrinted(frame) ? frame.offset + frame.data.length : frame.offset);

const FIRST_BYTES = 256 * 1024;
const MOST_BYTES = 1024 * 1024;
const KEPT_PAGES = 8;
/** Where a command that still prints has printed nothing more, it is not asked again before. */
const AGAIN_MS = 500;

/** What was recorded of a command's output, of which the pages looked at last are kept. */
export class Transcript {
  /** Output bytes up to which it was ever read, and when those were printed. */
  readonly read: { offset: number; timeUs: number }[] = [];
  private readonly fetch: FetchPage;
  private readonly now: () => number;
  private readonly pages = new Map<number, Page>();
  private nothingYet: { page: Page; until: number } | undefined;

  constructor(fetch: FetchPage, now: () => number = Date.now) {
    this.fetch = fetch;
    this.now = now;
  }

  /** The page that begins at an offset. One of a command that still prints is asked for each time. */
  async page(after: number): Promise<Page> {
    const kept = this.pages.get(after);
    if (kept) {
      this.pages.delete(after);
      this.pages.set(after, kept);
      return kept;
    }
    if (this.nothingYet?.page.next === after && this.now() < this.nothingYet.until) return this.nothingYet.page;
    const page = await this.ask(after);
    this.note(page);
    if (page.next > after || page.complete) this.pages.set(after, page);
    else this.nothingYet = { page, until: this.now() + AGAIN_MS };
    for (const oldest of this.pages.keys()) if (this.pages.size > KEPT_PAGES) this.pages.delete(oldest);
    return page;
  }

  /** When it had printed so many bytes, as far as it was read: undefined further on. */
  async timeOf(offset: number): Promise<number | undefined> {
    let after = 0;
    for (;;) {
      const page = await this.page(after);
      const frame = page.frames.find((each) => isPrinted(each) && endOf(each) > offset);
      if (frame) return frame.timeUs;
      if (page.complete || page.next === after) return undefined;
      after = page.next;
    }
  }

  /** What it printed between two offsets, with the sequences that steer a terminal; cut where a page of it ends. */
  async textBetween(from: number, until: number): Promise<string> {
    const { frames } = await this.page(from);
    const decoder = new TextDecoder();
    return frames
      .filter((each) => isPrinted(each) && each.offset < until)
      .map(({ data, offset }) => decoder.decode(data.subarray(0, until - offset), { stream: true }))
      .join("");
  }

  private async ask(after: number): Promise<Page> {
    const page = await this.fetch(after, after === 0 ? FIRST_BYTES : MOST_BYTES);
    // more input than a page holds lies at one offset
    return page.next === after && page.frames.length > 0 && !page.complete && after === 0
      ? this.fetch(after, MOST_BYTES)
      : page;
  }

  private note(page: Page): void {
    const last = page.frames.findLast(isPrinted);
    if (!last) return;
    const at = beyond(this.read, endOf(last), (each) => each.offset);
    if (this.read[at - 1]?.offset !== endOf(last))
      this.read.splice(at, 0, { offset: endOf(last), timeUs: last.timeUs });
  }
}
