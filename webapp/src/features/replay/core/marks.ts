import type { Run } from "./runs";
import type { Timeline, Weight } from "./timeline";

/** The time line as a picture: so many cells, and what there is in each. */
export interface Picture {
  readonly marks: readonly { readonly cell: number; readonly weight: Exclude<Weight, 0> }[];
  /** How much happened and was printed in each cell, from 0 to 1. */
  readonly activity: readonly number[];
  readonly lanes: readonly (readonly Stretch[])[];
}

/** One command, or several that cannot be told apart. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly failed: boolean;
  readonly runs: number;
}

const MOST_LANES = 4;

export function pictureOf(line: Timeline, end: number, cells: number): Picture {
  const cellOf = (at: number) => (end > 0 ? Math.min(cells - 1, Math.floor((at / end) * cells)) : 0);
  const weights = Array.from({ length: cells }, (): Weight => 0);
  const events = Array.from({ length: cells }, () => 0);
  for (let index = 0; index < line.length; index++) {
    const cell = cellOf(line.timeOf(index));
    events[cell] = (events[cell] ?? 0) + 1;
    weights[cell] = Math.max(weights[cell] ?? 0, line.weightOf(index)) as Weight;
  }
  const marks = weights.flatMap((weight, cell) => (weight ? [{ cell, weight }] : []));
  const output = printed(line.runs.begun, end, cells, cellOf);
  const [happened, wrote] = [level(events), level(output)];
  const activity = events.map((count, cell) => happened(count) / 2 + wrote(output[cell] ?? 0) / 2);
  return { marks, activity, lanes: lanesOf(line.runs.begun, end, cellOf) };
}

/** Of a share in the most there is anywhere: what is a thousandth of it is still seen. */
function level(all: readonly number[]): (value: number) => number {
  const most = Math.log1p(all.reduce((one, other) => Math.max(one, other), 0));
  return (value) => (value > 0 ? Math.log1p(value) / most : 0);
}

/** Bytes by cell, as if each command had printed evenly. */
function printed(runs: readonly Run[], end: number, cells: number, cellOf: (at: number) => number): number[] {
  const slopes = Array.from({ length: cells + 1 }, () => 0);
  for (const run of runs) {
    const [from, to] = [cellOf(run.started ?? 0), cellOf(run.ended ?? end)];
    const each = run.printed / (to - from + 1);
    slopes[from] = (slopes[from] ?? 0) + each;
    slopes[to + 1] = (slopes[to + 1] ?? 0) - each;
  }
  let sum = 0;
  return slopes.slice(0, cells).map((slope) => Math.max(0, (sum += slope)));
}

/** Commands side by side in as many lanes as there is room for. */
function lanesOf(runs: readonly Run[], end: number, cellOf: (at: number) => number): Stretch[][] {
  const lanes: Stretch[][] = [];
  for (const run of runs) {
    const [from, to] = [cellOf(run.started ?? 0), cellOf(run.ended ?? end)];
    const one = { from, to, failed: run.outcome?.failed ?? false, runs: 1 };
    let lane = lanes.find((each) => (each.at(-1)?.to ?? -1) < from);
    if (!lane && lanes.length < MOST_LANES) lanes.push((lane = []));
    if (lane) lane.push(one);
    else merge(lanes.at(-1), one);
  }
  return lanes;
}

function merge(lane: Stretch[] | undefined, one: Stretch): void {
  const last = lane?.at(-1);
  if (lane && last)
    lane[lane.length - 1] = {
      from: Math.min(last.from, one.from),
      to: Math.max(last.to, one.to),
      failed: last.failed || one.failed,
      runs: last.runs + 1,
    };
}
