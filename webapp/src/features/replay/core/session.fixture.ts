import type { Fact } from "./facts";
import { Timeline } from "./timeline";

type Told = readonly [at: number, topic: string, streamId: string, says?: Fact["says"] | "hole"];

const BEGAN = 1_700_000_000_000_000;

/** A time line of events at seconds, with positions from 11 in tens. */
export function lineOf(events: readonly Told[]): Timeline {
  const line = new Timeline();
  const positions = events.map((_, index) => 11 + index * 10);
  line.add({
    positions,
    times: events.map(([at]) => BEGAN + at * 1e6),
    topics: events.map(([, topic]) => topic),
    topicOf: events.map((_, index) => index),
  });
  for (const [index, [, topic, streamId, says = {}]] of events.entries())
    line.take({
      position: positions[index] ?? 0,
      topic,
      streamId,
      says: says === "hole" ? {} : says,
      hole: says === "hole",
    });
  return line;
}

export const ONE = "0192a000-0000-7000-8000-00000000aaaa";
export const TWO = "0192a000-0000-7000-8000-00000000bbbb";

const files = (path: string, status: string) => ({ path, status });

/** Two commands, the second of which begins while the first runs and fails; then the session is closed. */
export const usual = (): Timeline =>
  lineOf([
    [0, "SessionOpened", "s"],
    [1, "SessionAdmitted", "s"],
    [2, "SessionProvisioned", "s", { worker_id: "here", jail_driver: "bubblewrap" }],
    [2, "WorkspacePrepared", "w", { tree: "t0" }],
    [3, "CommandRequested", ONE, { text: "make", terminal: { columns: 80, rows: 24 } }],
    [4, "CommandStarted", ONE],
    [5, "CommandRequested", TWO, { text: "npm test", terminal: null }],
    [6, "CommandStarted", TWO],
    [7, "NetworkAccessDecided", "n", { host: "pypi.org", port: 443, verdict: "refused", count: 2 }],
    [8, "TaskProgressNoted", "t", { text: "half way" }],
    [9, "SnapshotTaken", "w", { tree: "t1" }],
    [10, "CommandFinished", TWO, { reason: "exited", exit_code: 3, files_changed: [files("a", "added")] }],
    [
      12,
      "CommandFinished",
      ONE,
      { reason: "exited", exit_code: 0, files_changed: [files("a", "deleted"), files("b", "modified")] },
    ],
    [20, "SessionClosed", "s", { detail: "done" }],
  ]);
