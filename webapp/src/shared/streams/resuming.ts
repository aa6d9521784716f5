import type { Line } from "./line";

/** Where messages come from: everything after a cursor. Gives what ends it. */
export type Source<Message> = (after: number, sink: Sink<Message>) => () => void;

export interface Sink<Message> {
  next: (message: Message) => void;
  /** The connection is gone: it is asked again, from where we are. */
  cut: () => void;
  /** It was refused: asking again does not help. */
  refused: (error: Error) => void;
  complete: () => void;
}

/** What a stream's messages say of its cursor. */
export interface Cursor<Message> {
  /** The part of a message that lies beyond the cursor, undefined where none does, and the cursor after it. */
  beyond: (message: Message, at: number) => { message: Message; at: number } | undefined;
  /** From this message on it is live. Without: as soon as anything arrives. */
  isCaughtUp?: (message: Message) => boolean;
  /** What a message weighs while it waits to be drawn; without: 1. */
  weight?: (message: Message) => number;
}

export type StreamState =
  | { is: "catching up" }
  | { is: "live" }
  | { is: "cut"; since: number }
  | { is: "ended" }
  | { is: "refused"; error: Error };

/** Runs what is given when it may be drawn next. Gives what calls it off. */
export type Schedule = (run: () => void) => () => void;

export interface Resuming<Message> {
  line: Line;
  source: Source<Message>;
  cursor: Cursor<Message>;
  after: number;
  schedule: Schedule;
  /** Draws a batch. The next one comes when it is done. */
  draw: (batch: Message[]) => void | Promise<void>;
  changed: (state: StreamState) => void;
  now: () => number;
  /** Weight that may wait to be drawn: beyond it, nothing is asked for until half of it is drawn. */
  most: number;
}

/**
 * One subscription that survives its connections: each message is drawn exactly once and in order, whatever is cut in
 * between. One that cannot be drawn as fast as it comes is put down and taken up again at its cursor, so that what
 * waits here is bounded, and the gateway keeps nothing for us.
 */
export class ResumingStream<Message> {
  /** Everything up to it has been received. */
  at: number;
  private readonly by: Resuming<Message>;
  private queue: Message[] = [];
  private waiting = 0;
  private close: (() => void) | undefined;
  private forget: (() => void) | undefined;
  private callOff: (() => void) | undefined;
  private drawing = false;
  private over = false;
  private stopped = false;
  private live = false;

  constructor(by: Resuming<Message>) {
    this.by = by;
    this.at = by.after;
  }

  start(): void {
    this.by.changed({ is: "catching up" });
    this.open();
  }

  stop(): void {
    this.stopped = true;
    this.putDown();
    this.forget?.();
    this.callOff?.();
    this.queue = [];
  }

  /** Goes on at another place, without what lies between: what waits is dropped. */
  jump(to: number): void {
    this.putDown();
    this.forget?.();
    [this.queue, this.waiting, this.at, this.over] = [[], 0, to, false];
    this.open();
  }

  private open(): void {
    if (this.stopped || this.close || this.over) return;
    this.forget = undefined;
    this.live = false;
    let opened = true;
    const current =
      <Args extends unknown[]>(run: (...args: Args) => void) =>
      (...args: Args) =>
        opened && !this.stopped ? run(...args) : undefined;
    const end = this.by.source(this.at, {
      next: current(this.next),
      cut: current(this.cut),
      refused: current((error: Error) => this.finish({ is: "refused", error })),
      complete: current(() => this.finish({ is: "ended" })),
    });
    this.close = () => {
      opened = false;
      end();
    };
    if (this.over) this.putDown();
  }

  private putDown(): void {
    this.close?.();
    this.close = undefined;
  }

  private next = (message: Message): void => {
    const { cursor, most } = this.by;
    const beyond = cursor.beyond(message, this.at);
    this.live ||= cursor.isCaughtUp?.(message) ?? true;
    this.by.changed({ is: this.live ? "live" : "catching up" });
    if (!beyond) return;
    this.at = beyond.at;
    this.queue.push(beyond.message);
    this.waiting += cursor.weight?.(beyond.message) ?? 1;
    if (this.waiting >= most) this.putDown();
    this.plan();
  };

  private cut = (): void => {
    this.putDown();
    this.by.changed({ is: "cut", since: this.by.now() });
    this.forget = this.by.line.cut(() => this.open());
  };

  private finish(state: StreamState): void {
    this.over = true;
    this.putDown();
    this.by.changed(state);
  }

  private plan(): void {
    if (this.drawing || this.callOff || this.queue.length === 0) return;
    this.callOff = this.by.schedule(() => {
      this.callOff = undefined;
      void this.draw();
    });
  }

  private async draw(): Promise<void> {
    const [batch, weight] = [this.queue, this.waiting];
    this.queue = [];
    this.drawing = true;
    try {
      await this.by.draw(batch);
    } finally {
      this.drawing = false;
      this.waiting = Math.max(0, this.waiting - weight);
    }
    if (this.stopped) return;
    if (!this.close && !this.forget && this.waiting < this.by.most / 2) this.open();
    this.plan();
  }
}
