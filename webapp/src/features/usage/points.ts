import { largest, plus, type ChartData, type Values } from "@/shared/charts/series";
import type { Unit } from "@/shared/charts/units";
import type { UsageMeasure } from "@/shared/graphql/schema.generated";
import { shortId, typeOf } from "@/shared/text/ids";
import { beginsOf } from "@/shared/time/buckets";

import type { UsagePointShownFragment } from "./api/UsagePointShown.generated";
import type { Range } from "./range";
import { isHighest, outcomeName } from "./terms";

export type Point = UsagePointShownFragment;
type Groups = Point["group"];

/** As people know it, or as it is; an empty value is nobody. */
export function groupLabel(group: Groups): string {
  const parts = group.map(({ dimension, value, label }) => {
    if (label) return label;
    if (!value) return "(none)";
    if (dimension === "DETAIL") return outcomeName(value);
    return typeOf(value) ? shortId(value) : value;
  });
  return parts.join(" · ") || "All";
}

export const groupKey = (group: Groups): string => group.map((each) => each.value).join("\u0000");

/** What is drawn of a point. Null: it is not known. */
export type Amount = (point: Point) => number | null;
export const total: Amount = (point) => (isHighest(point.measure) ? point.highest : point.total);
export const count: Amount = (point) => point.count;

/** A value for each bucket. Nothing measured sums up to 0, and has no highest; what is kept no more is not known. */
export function valuesOf(points: readonly Point[], range: Range, amount: Amount, kept?: string | null): Values {
  const at = new Map<number, number | null>();
  for (const point of points) {
    const moment = Date.parse(point.at);
    const value = amount(point);
    at.set(moment, at.has(moment) ? (plus([at.get(moment) ?? null], [value])[0] ?? null) : value);
  }
  const edge = kept ? Date.parse(kept) : -Infinity;
  const isKnown = points.length === 0 || points.some((point) => amount(point) !== null);
  const none = !isKnown || points.some((point) => isHighest(point.measure)) ? null : 0;
  return beginsOf(range.bucket, range.from, range.to).map((begin) =>
    at.has(begin) ? (at.get(begin) ?? null) : begin < edge ? null : none,
  );
}

interface Asked {
  unit: Unit;
  range: Range;
  kept?: string | null | undefined;
  amount?: Amount;
  slots?: Readonly<Record<string, number>>;
}

/** A series for each of what `keyOf` tells apart. */
export function chartOf(
  points: readonly Point[],
  keyOf: (point: Point) => readonly [key: string, label: string],
  { unit, range, kept, amount = total, slots }: Asked,
): ChartData {
  const named = new Map<string, { label: string; points: Point[] }>();
  for (const point of points) {
    const [key, label] = keyOf(point);
    const own = named.get(key) ?? { label, points: [] };
    own.points.push(point);
    named.set(key, own);
  }
  const series = [...named].map(([key, own]) => ({
    key,
    label: own.label,
    values: valuesOf(own.points, range, amount, kept),
  }));
  const at = beginsOf(range.bucket, range.from, range.to);
  return { unit, bucket: range.bucket, at, end: range.to, series: largest(series, slots) };
}

export const byGroup = (point: Point): [string, string] => [groupKey(point.group), groupLabel(point.group)];

/** Summed up over measures and groups. Undefined: nothing was measured. */
export function sumOf(points: readonly Point[], measures: readonly UsageMeasure[], amount: Amount = total) {
  const own = points.filter((point) => measures.includes(point.measure));
  if (own.length === 0) return undefined;
  const values = own.map(amount).filter((each) => each !== null);
  return {
    value: values.length > 0 ? values.reduce((all, each) => all + each, 0) : null,
    count: own.reduce((all, each) => all + each.count, 0),
    unknown: own.reduce((all, each) => all + each.unknown, 0),
  };
}
