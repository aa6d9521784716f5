import { bytes, whole } from "@/shared/text/counts";
import { span } from "@/shared/time/spans";

/** What a number counts. Money is whole nano-dollars, times are milliseconds. */
export type Unit = "count" | "tokens" | "files" | "bytes" | "ms" | "nano-dollars";

const NANO = 1e9;
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const CENTS = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const LARGE = new Intl.NumberFormat("en", {
  style: "currency",
  currency: "USD",
  notation: "compact",
  maximumFractionDigits: 1,
});
const MOST_IN_CENTS = 10_000;

/** For figures and axes: few characters. */
export function short(unit: Unit, value: number): string {
  if (unit === "nano-dollars") return shortDollars(value / NANO);
  if (unit === "bytes") return bytes(value);
  if (unit === "ms") return span(value / 1000);
  return SHORT.format(value);
}

function shortDollars(dollars: number): string {
  if (dollars === 0) return "$0";
  const size = Math.abs(dollars);
  if (size >= MOST_IN_CENTS) return LARGE.format(dollars);
  return size < 0.01 ? `$${dollars.toPrecision(2).replace(/\.?0+$/, "")}` : CENTS.format(dollars);
}

/** All of it: as `qd` writes it, or in whole units. */
export function exact(unit: Unit, value: number): string {
  if (unit === "nano-dollars") return `$${dollars(value)}`;
  if (unit === "ms") return `${whole(value)} ms`;
  return unit === "count" ? whole(value) : `${whole(value)} ${unit}`;
}

/** Of whole nano-dollars, without loss. */
export function dollars(nano: number): string {
  const amount = BigInt(Math.round(nano));
  const size = amount < 0n ? -amount : amount;
  const rest = String(size % 1_000_000_000n)
    .padStart(9, "0")
    .replace(/0+$/, "");
  return `${amount < 0n ? "-" : ""}${size / 1_000_000_000n}${rest && `.${rest}`}`;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const decades = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index)).flatMap((each) => [
    each,
    2 * each,
    5 * each,
  ]);

/** Between what an axis' lines may stand, the least first: round in the unit that is written. */
export const steps: Record<Unit, number[]> = {
  count: decades(0, 15),
  tokens: decades(0, 15),
  files: decades(0, 15),
  "nano-dollars": decades(0, 15),
  bytes: Array.from({ length: 50 }, (_, power) => 2 ** power),
  ms: [
    ...decades(0, 2),
    ...[1, 2, 5, 10, 15, 30].map((each) => each * SECOND),
    ...[1, 2, 5, 10, 15, 30].map((each) => each * MINUTE),
    ...[1, 2, 3, 6, 12].map((each) => each * HOUR),
    ...decades(0, 4).map((each) => each * DAY),
  ],
};
