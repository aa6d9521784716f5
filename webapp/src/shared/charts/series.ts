import type { Bucket } from "@/shared/time/buckets";

import { MOST, REST_SLOT, slotsOf } from "./palette";
import type { Unit } from "./units";

/** What was measured in each bucket; null: nothing is known, which is drawn as a gap. */
export type Values = readonly (number | null)[];

export interface Series {
  readonly key: string;
  readonly label: string;
  readonly values: Values;
  /** Of the palette. */
  readonly slot: number;
}

export interface ChartData {
  readonly unit: Unit;
  readonly bucket: Bucket;
  /** Where each bucket begins, and where the last one ends, in ms. */
  readonly at: readonly number[];
  readonly end: number;
  readonly series: readonly Series[];
}

export const REST_KEY = "\u0000rest";

const added = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : one + other;

/** Null: none of them is known. */
export const sum = (values: Values): number | null => values.reduce(added, null);

/** Bucket by bucket; what neither knows stays unknown. */
export const plus = (one: Values, other: Values): Values =>
  one.map((value, index) => added(value, other[index] ?? null));

/** The largest, in the order of their size, and what all others are together. */
export function largest(
  named: readonly { key: string; label: string; values: Values }[],
  fixed: Readonly<Record<string, number>> = {},
  most = MOST,
): Series[] {
  const sorted = named.toSorted(
    (one, other) => (sum(other.values) ?? -1) - (sum(one.values) ?? -1) || (one.key < other.key ? -1 : 1),
  );
  const own = sorted.length > most ? sorted.slice(0, most - 1) : sorted;
  const others = sorted.slice(own.length);
  const slots = slotsOf(
    own.map((each) => each.key),
    fixed,
  );
  const series = own.map((each) => ({ ...each, slot: slots.get(each.key) ?? REST_SLOT }));
  if (others.length === 0) return series;
  const values = others.map((each) => each.values).reduce(plus);
  return [...series, { key: REST_KEY, label: `${others.length} others`, values, slot: REST_SLOT }];
}

/** What lies on top of each other: each series with all below it. What is not known adds nothing. */
export function stacked(series: readonly Series[]): Values[] {
  const tops: Values[] = [];
  for (const { values } of series) {
    const below = tops.at(-1);
    tops.push(below ? plus(below, values) : values);
  }
  return tops;
}

const formula = /^[=+\-@\t\r]/;
const cell = (text: string): string => {
  const told = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(told) ? `"${told.replaceAll('"', '""')}"` : told;
};

/** RFC 4180; text that a spreadsheet would run as a formula has an apostrophe before it. Unknown is empty. */
export const toCsv = (rows: readonly (readonly (string | number | null)[])[]): string =>
  rows
    .map((row) => `${row.map((each) => (typeof each === "string" ? cell(each) : (each ?? ""))).join(",")}\r\n`)
    .join("");

export const csvOf = ({ at, series, unit }: ChartData): string =>
  toCsv([
    ["at", ...series.map((each) => `${each.label} (${unit})`)],
    ...at.map((moment, index) => [new Date(moment).toISOString(), ...series.map((each) => each.values[index] ?? null)]),
  ]);
