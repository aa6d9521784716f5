import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { before, beginOf, beginsOf, type Bucket, endOf, fitting, widened } from "./buckets";

const BUCKETS: Bucket[] = ["HOUR", "DAY", "WEEK", "MONTH"];
const bucket = fc.constantFrom(...BUCKETS);
const moment = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(2199, 0) });
const span = fc.integer({ min: 1, max: 40 * 86_400_000 });

describe("buckets", () => {
  it("hold every moment in exactly one", () => {
    fc.assert(
      fc.property(bucket, moment, (of, at) => {
        const [begin, end] = [beginOf(of, at), endOf(of, at)];
        expect(begin <= at && at < end).toBe(true);
        expect(beginOf(of, begin)).toBe(begin);
        expect(beginOf(of, end)).toBe(end);
        expect(endOf(of, end - 1)).toBe(end);
      }),
    );
  });

  it("fill a widened time without a gap, and are widened no further", () => {
    fc.assert(
      fc.property(bucket, moment, span, (of, from, length) => {
        const [begin, end] = widened(of, from, from + length);
        const begins = beginsOf(of, begin, end);
        expect(begins[0]).toBe(begin);
        expect(begins.map((at) => endOf(of, at))).toEqual([...begins.slice(1), end]);
        expect(widened(of, begin, end)).toEqual([begin, end]);
      }),
    );
  });

  it("are as many before as there are", () => {
    fc.assert(
      fc.property(bucket, moment, span, (of, from, length) => {
        const [begin, end] = widened(of, from, from + length);
        const [earlier, until] = before(of, begin, end);
        expect(until).toBe(begin);
        expect(beginsOf(of, earlier, until)).toHaveLength(beginsOf(of, begin, end).length);
      }),
    );
  });

  it.each([
    ["DAY", "2026-03-29T00:30:00+01:00", "2026-03-28T00:00:00Z", "2026-03-29T00:00:00Z"],
    ["WEEK", "2026-11-26T12:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"],
    ["MONTH", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"],
    ["MONTH", "2026-12-31T23:59:59Z", "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z"],
  ] as const)("of %s around %s are of UTC, whatever clocks do", (of, at, begin, end) => {
    expect([beginOf(of, Date.parse(at)), endOf(of, Date.parse(at))]).toEqual([Date.parse(begin), Date.parse(end)]);
  });

  it.each([
    [1, "HOUR"],
    [3, "HOUR"],
    [7, "DAY"],
    [90, "DAY"],
    [365, "WEEK"],
    [1500, "MONTH"],
  ])("that fit %i days are by %s", (days, of) => {
    expect(fitting(0, days * 86_400_000)).toBe(of);
  });
});
