import type { Size } from "@/shared/terminal/screen";

import { beyond } from "./bisect";
import { type Fact, number, text } from "./facts";

export interface ChangedFile {
  readonly path: string;
  readonly status: string;
}

export interface Outcome {
  /** As `exit 1`, `timed out KILL` or `refused: …`. Others may have written it. */
  readonly words: string;
  readonly failed: boolean;
  readonly files: readonly ChangedFile[];
}

/** A command on the time line. */
export interface Run {
  /** From 1, in the order in which they were asked for. */
  readonly number: number;
  readonly id: string;
  readonly requested: number;
  text: string;
  terminal: Size | undefined;
  background: boolean;
  started: number | undefined;
  ended: number | undefined;
  outcome: Outcome | undefined;
  /** Bytes, once it has ended. */
  printed: number;
}

export const runsAt = ({ started, ended }: Run, moment: number): boolean =>
  started !== undefined && started <= moment && (ended === undefined || moment < ended);

/** The commands of a session, as far as its events tell of them. */
export class Runs {
  readonly all: Run[] = [];
  /** Those that began, in that order. */
  readonly begun: Run[] = [];
  private readonly known = new Map<string, Run>();

  byId(id: string): Run | undefined {
    return this.known.get(id);
  }

  /** In the order of their numbers. */
  runningAt(moment: number): Run[] {
    return this.begun
      .slice(0, this.begunBy(moment))
      .filter((each) => runsAt(each, moment))
      .toSorted((one, other) => one.number - other.number);
  }

  /** The command that was started last until then. */
  latestAt(moment: number): Run | undefined {
    return this.begun[this.begunBy(moment) - 1];
  }

  /** How many had begun until then. */
  begunBy(moment: number): number {
    return beyond(this.begun, moment, (each) => each.started ?? 0);
  }

  take(fact: Fact): void {
    if (!fact.topic.startsWith("Command")) return;
    const run = this.known.get(fact.streamId) ?? this.add(fact);
    const { says } = fact;
    switch (fact.topic) {
      case "CommandRequested":
        run.text = text(says.text);
        run.terminal = sizeOf(says.terminal);
        run.background = says.background === true;
        break;
      case "CommandBackgrounded":
        run.background = true;
        break;
      case "CommandStarted":
        run.started = fact.at;
        this.begun.push(run);
        break;
      case "CommandFinished":
      case "CommandLost":
      case "CommandRefused":
        run.ended = fact.at;
        run.printed = number(says.output_bytes);
        run.outcome = outcomeOf(fact);
        break;
    }
  }

  private add({ streamId, at }: Fact): Run {
    const run: Run = {
      number: this.all.length + 1,
      id: streamId,
      requested: at,
      text: "",
      terminal: undefined,
      background: false,
      started: undefined,
      ended: undefined,
      outcome: undefined,
      printed: 0,
    };
    this.known.set(streamId, run);
    this.all.push(run);
    return run;
  }
}

function sizeOf(terminal: unknown): Size | undefined {
  if (typeof terminal !== "object" || terminal === null) return undefined;
  const { columns, rows } = terminal as { columns?: unknown; rows?: unknown };
  return { columns: number(columns), rows: number(rows) };
}

function outcomeOf({ topic, says, hole }: Fact): Outcome {
  const files = Array.isArray(says.files_changed) ? (says.files_changed as ChangedFile[]) : [];
  if (hole) return { words: "erased", failed: false, files: [] };
  if (topic === "CommandLost") return { words: `lost: ${text(says.reason)}`, failed: true, files };
  if (topic === "CommandRefused") return { words: `refused: ${text(says.reason)}`, failed: true, files };
  if (says.reason === "exited") return { words: `exit ${String(says.exit_code)}`, failed: says.exit_code !== 0, files };
  return { words: `${text(says.reason).replaceAll("_", " ")} ${text(says.signal)}`.trimEnd(), failed: true, files };
}
