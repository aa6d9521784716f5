import { before, type Bucket, DAY_MS, fitting, widened } from "@/shared/time/buckets";

import type { Preset, UsageSearch } from "./search";

export interface Range {
  /** Whole buckets, in ms; `to` is not in it. */
  from: number;
  to: number;
  /** As many buckets before. */
  before: number;
  bucket: Bucket;
  /** Whether the last bucket is not over. */
  running: boolean;
}

const SPANS: Readonly<Record<Exclude<Preset, "today">, number>> = {
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
  "30d": 30 * DAY_MS,
  "90d": 90 * DAY_MS,
};
export const USUAL: Preset = "7d";
const LONGEST_BY_HOUR = 31 * DAY_MS;

/** When the viewer's own day began: 23 or 25 hours before its end, where clocks change. */
export function midnight(now: number): number {
  const date = new Date(now);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

function asked(search: UsageSearch, now: number): [number, number] {
  if (search.from && search.to) return [Date.parse(search.from), Date.parse(search.to)];
  const last = search.last ?? USUAL;
  return [last === "today" ? midnight(now) : now - SPANS[last], now];
}

/** The time that an address means, widened as the API widens it. It moves with the clock only when a bucket ends. */
export function rangeOf(search: UsageSearch, now: number): Range {
  const [since, until] = asked(search, now);
  const wanted = search.bucket ?? fitting(since, until);
  // what the API would refuse
  const bucket = wanted === "HOUR" && until - since > LONGEST_BY_HOUR ? "DAY" : wanted;
  const [from, to] = widened(bucket, since, until);
  return { from, to, before: before(bucket, from, to)[0], bucket, running: to > now };
}

export const iso = (at: number): string => new Date(at).toISOString();

/** A time of its own, in buckets that fit it. */
export function zoomed(search: UsageSearch, from: number, to: number): UsageSearch {
  const { last: _last, bucket: _bucket, ...rest } = search;
  const [begin, end] = widened("HOUR", Math.round(from), Math.round(to));
  return { ...rest, from: iso(begin), to: iso(end) };
}
