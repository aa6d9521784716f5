import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { csvOf, largest, REST_KEY, stacked, sum, toCsv } from "./series";

const LENGTH = 5;
const value = fc.option(fc.nat(1000), { nil: null });
const values = fc.array(value, { minLength: LENGTH, maxLength: LENGTH });
const named = fc.uniqueArray(
  fc.record({ key: fc.string({ minLength: 1, maxLength: 6 }), label: fc.constant("a"), values }),
  { selector: (each) => each.key, minLength: 1, maxLength: 20 },
);

describe("series", () => {
  it("keep all that there is in the largest and the rest", () => {
    fc.assert(
      fc.property(named, (all) => {
        const shown = largest(all);
        expect(shown.length).toBeLessThanOrEqual(8);
        const total = (of: readonly { values: readonly (number | null)[] }[]) =>
          of.reduce((whole, each) => whole + (sum(each.values) ?? 0), 0);
        expect(total(shown)).toBe(total(all));
        const slots = shown.filter((each) => each.key !== REST_KEY).map((each) => each.slot);
        expect(new Set(slots).size).toBe(slots.length);
      }),
    );
  });

  it("lie on top of each other: never below the one before, the last at the sum", () => {
    fc.assert(
      fc.property(named, (all) => {
        const shown = largest(all);
        const tops = stacked(shown);
        for (let at = 0; at < LENGTH; at += 1) {
          const known = tops.map((each) => each[at] ?? null).filter((each) => each !== null);
          expect(known).toEqual(known.toSorted((one, other) => one - other));
          expect(tops.at(-1)?.[at] ?? null).toBe(sum(shown.map((each) => each.values[at] ?? null)));
        }
      }),
    );
  });

  it("do not know the sum of what is not known", () => {
    expect(sum([null, null])).toBeNull();
    expect(sum([null, 0])).toBe(0);
  });

  it("are written so that a spreadsheet runs nothing, and unknown is empty", () => {
    expect(toCsv([["=1+1", 'a,"b"', null, 5, -5]])).toBe(`'=1+1,"a,""b""",,5,-5\r\n`);
    const data = { unit: "tokens", bucket: "DAY", at: [0], end: 86_400_000 } as const;
    expect(csvOf({ ...data, series: [{ key: "m", label: "@m", values: [null], slot: 0 }] })).toBe(
      "at,'@m (tokens)\r\n1970-01-01T00:00:00.000Z,\r\n",
    );
  });
});
