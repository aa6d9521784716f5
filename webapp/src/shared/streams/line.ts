import { backoff } from "./backoff";

/** The one connection that all streams share, as people are told of it. */
export type LineState =
  | { is: "idle" }
  | { is: "up" }
  | { is: "connecting" }
  | { is: "down"; since: number; retryAt: number };

export interface Clock {
  now: () => number;
  random: () => number;
  /** Gives what calls it off. */
  after: (ms: number, run: () => void) => () => void;
}

export const browserClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * When to try again after a cut. Streams that were cut wait here together and go on together; `wake` (the browser is
 * online again, or looked at again) ends the wait at once.
 */
export class Line {
  state: LineState = { is: "idle" };
  private readonly clock: Clock;
  private readonly listeners = new Set<() => void>();
  private waiting: (() => void)[] = [];
  private attempt = 0;
  private callOff: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  connecting(): void {
    if (this.state.is === "idle") this.become({ is: "connecting" });
  }

  up(): void {
    this.attempt = 0;
    this.become({ is: "up" });
  }

  /** Nothing is followed any more: that nobody is connected is no fault. */
  idle(): void {
    if (this.state.is !== "down") this.become({ is: "idle" });
  }

  /** Calls `run` when the next attempt is due. Gives what forgets it. */
  cut(run: () => void): () => void {
    this.waiting.push(run);
    if (!this.callOff) {
      const ms = backoff(this.attempt++, this.clock.random);
      const since = this.state.is === "down" ? this.state.since : this.clock.now();
      this.callOff = this.clock.after(ms, this.wake);
      this.become({ is: "down", since, retryAt: this.clock.now() + ms });
    }
    return () => {
      this.waiting = this.waiting.filter((each) => each !== run);
    };
  }

  wake = (): void => {
    this.callOff?.();
    this.callOff = undefined;
    const due = this.waiting;
    this.waiting = [];
    for (const each of due) each();
  };

  private become(state: LineState): void {
    this.state = state;
    for (const each of this.listeners) each();
  }
}
