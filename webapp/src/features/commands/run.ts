import { decoded } from "@/shared/streams/output";

import type { WatchOutputSubscription } from "./api/WatchOutput.generated";
import { Received } from "./received";

export type Message = WatchOutputSubscription["commandOutput"];
type Chunk = Extract<Message, { readonly __typename: "OutputChunk" }>;

/** Where output is put. What it gives is waited for before more is taken. */
export interface OutputSink {
  write: (data: Uint8Array, error: boolean, offset: number) => Promise<void> | void;
  /** A line of ours: something is missing here. */
  note: (text: string) => void;
}

export interface Progress {
  bytes: number;
  /** All that was recorded before came. */
  live: boolean;
  ended: boolean;
  /** When what came last was printed, in ms since the command started. */
  printedMs: number;
  /** When that came, by this clock. Undefined: nothing has come since all that was recorded had. */
  cameMs: number | undefined;
  gaps: readonly string[];
}

export const NOTHING: Progress = { bytes: 0, live: false, ended: false, printedMs: 0, cameMs: undefined, gaps: [] };
/** Characters of base64 that are put into a sink before it is waited for, so that the page stays awake. */
const AT_ONCE = 512 * 1024;
let runs = 0;

/** A command's output from some byte on, on its way into a sink. */
export class Run {
  /** No other has it. */
  readonly id = ++runs;
  readonly received: Received;
  now = NOTHING;
  private readonly sink: OutputSink;
  private readonly clock: () => number;

  constructor(after: number, sink: OutputSink, clock = Date.now) {
    this.clock = clock;
    this.received = new Received(after);
    this.sink = sink;
  }

  /** Done when the sink has taken all of it. */
  async take(batch: readonly Message[]): Promise<void> {
    let written: Promise<void> | void = undefined;
    let waiting = 0;
    for (const message of batch) {
      if (message.__typename === "OutputChunk") {
        written = this.put(message);
        waiting += message.data.length;
        if (waiting < AT_ONCE) continue;
        await written;
        waiting = 0;
      } else {
        await written;
        const ended = message.__typename === "OutputEnd";
        this.now = { ...this.now, live: true, ended, cameMs: undefined };
      }
    }
    await written;
    this.now = { ...this.now, bytes: this.received.bytes };
  }

  private put(chunk: Chunk): Promise<void> | void {
    const data = decoded(chunk.data);
    this.now = { ...this.now, printedMs: chunk.timeUs / 1000, cameMs: this.clock() };
    if (chunk.kind !== "GAP") {
      this.received.take(data);
      return this.sink.write(data, chunk.kind === "ERROR", chunk.offset);
    }
    const why = new TextDecoder().decode(data);
    this.received.gap();
    this.now = { ...this.now, gaps: [...this.now.gaps, why] };
    return this.sink.note(why);
  }
}
