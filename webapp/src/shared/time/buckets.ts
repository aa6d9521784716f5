/** Whole hours, days, weeks (from Monday) and months of UTC, as usage is summed up by. Moments are in ms. */
export type Bucket = "HOUR" | "DAY" | "WEEK" | "MONTH";

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** 1970 began on a Thursday. */
const MONDAY = 4 * DAY_MS;

const down = (at: number, step: number, from = 0): number => Math.floor((at - from) / step) * step + from;

/** The beginning of the bucket that a moment is in. */
export function beginOf(bucket: Bucket, at: number): number {
  if (bucket === "HOUR") return down(at, HOUR_MS);
  if (bucket === "DAY") return down(at, DAY_MS);
  if (bucket === "WEEK") return down(at, WEEK_MS, MONDAY);
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth());
}

/** Its end, where the next begins. */
export function endOf(bucket: Bucket, at: number): number {
  const begin = beginOf(bucket, at);
  if (bucket === "HOUR") return begin + HOUR_MS;
  if (bucket === "DAY") return begin + DAY_MS;
  if (bucket === "WEEK") return begin + WEEK_MS;
  const date = new Date(begin);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
}

/** Widened to whole buckets. `to` is not in it. */
export const widened = (bucket: Bucket, from: number, to: number): [number, number] => {
  const begin = beginOf(bucket, to);
  return [beginOf(bucket, from), begin === to ? to : endOf(bucket, to)];
};

/** Where each bucket of a time begins. */
export function beginsOf(bucket: Bucket, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = beginOf(bucket, from); at < to; at = endOf(bucket, at)) found.push(at);
  return found;
}

/** As many buckets, right before. */
export function before(bucket: Bucket, from: number, to: number): [number, number] {
  let begin = from;
  for (const _each of beginsOf(bucket, from, to)) begin = beginOf(bucket, begin - 1);
  return [begin, from];
}

const MOST: readonly (readonly [Bucket, number])[] = [
  ["HOUR", 3 * DAY_MS],
  ["DAY", 100 * DAY_MS],
  ["WEEK", 800 * DAY_MS],
];

/** That makes a chart of some dozen steps. */
export const fitting = (from: number, to: number): Bucket =>
  MOST.find(([, longest]) => to - from <= longest)?.[0] ?? "MONTH";
