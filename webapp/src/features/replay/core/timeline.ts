import { atLeast, beyond } from "./bisect";
import type { Fact } from "./facts";
import { type Run, Runs } from "./runs";

/** Events in columns, as `Session.eventMoments` gives them. */
export interface Columns {
  readonly positions: readonly number[];
  /** Microseconds since 1970. */
  readonly times: readonly number[];
  readonly topics: readonly string[];
  readonly topicOf: readonly number[];
}

/** Which answers a repeated request gets: the event beside it tells what happened. */
const LEFT_OUT = new Set(["RequestAccepted"]);
/** Topics that tell of something that went wrong, whatever they say. */
const BAD = new Set([
  "CommandRefused",
  "CommandLost",
  "SessionLost",
  "SessionProvisioningFailed",
  "QuotaExceeded",
  "ImageBuildFailed",
]);
const NOTED = /^(?:TaskProgressNoted|TaskWorkNoted|Approval|ToolCall)/;

/** How much an event stands out on the time line: nothing, a command starts, a note or an approval, a failure. */
export type Weight = 0 | 1 | 2 | 3;

/** A session's events by their times, from the first on, and from when to when each command ran. */
export class Timeline {
  /** When the first event was, in microseconds since 1970. */
  began = 0;
  /** Until when it lasts, in seconds, whatever its events say. */
  lasts = 0;
  readonly facts: Fact[] = [];
  readonly runs = new Runs();
  private readonly times: number[] = [];
  private readonly positions: number[] = [];
  private readonly topics: string[] = [];
  private readonly wentWrong = new Set<number>();

  get length(): number {
    return this.positions.length;
  }

  /** The last event, or now, where something still runs. */
  get end(): number {
    return Math.max(this.lastTime, this.lasts);
  }

  private get lastTime(): number {
    return this.times.at(-1) ?? 0;
  }

  get last(): number {
    return this.positions.at(-1) ?? 0;
  }

  get first(): number {
    return this.positions[0] ?? 0;
  }

  /** Events that come after those that are there. */
  add({ positions, times, topics, topicOf }: Columns): void {
    for (const [index, position] of positions.entries()) {
      const topic = topics[topicOf[index] ?? 0] ?? "";
      if (position <= this.last || LEFT_OUT.has(topic)) continue;
      const time = times[index] ?? 0;
      if (this.length === 0) this.began = time;
      this.times.push(Math.max((time - this.began) / 1e6, this.lastTime));
      this.positions.push(position);
      this.topics.push(topic);
    }
  }

  /** What an event of the time line says. In the log's order. */
  take(fact: Omit<Fact, "at">): void {
    const index = atLeast(this.positions, fact.position);
    if (this.positions[index] !== fact.position || fact.position <= (this.facts.at(-1)?.position ?? 0)) return;
    const known = { ...fact, at: this.times[index] ?? 0 };
    this.facts.push(known);
    this.runs.take(known);
    if (wentWrong(known)) this.wentWrong.add(known.position);
  }

  /** How many events there were until then. */
  countAt(moment: number): number {
    return beyond(this.times, moment);
  }

  countAtPosition(position: number): number {
    return beyond(this.positions, position);
  }

  /** When the event of this number was, from 0. */
  timeOf(index: number): number {
    return this.times[index] ?? this.end;
  }

  positionOf(index: number): number {
    return this.positions[index] ?? 0;
  }

  topicOf(index: number): string {
    return this.topics[index] ?? "";
  }

  /** When the first event after it is. */
  nextAt(moment: number): number | undefined {
    return this.times[this.countAt(moment)];
  }

  weightOf(index: number): Weight {
    const topic = this.topicOf(index);
    if (BAD.has(topic) || this.wentWrong.has(this.positionOf(index))) return 3;
    if (NOTED.test(topic)) return 2;
    return topic === "CommandStarted" ? 1 : 0;
  }

  runOf(streamId: string): Run | undefined {
    return this.runs.byId(streamId);
  }
}

function wentWrong({ topic, says }: Fact): boolean {
  if (topic === "CommandFinished") return says.exit_code !== 0;
  return topic === "NetworkAccessDecided" && says.verdict === "refused";
}
