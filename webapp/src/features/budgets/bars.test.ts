import fc from "fast-check";
import { expect, test } from "vitest";

import { barsOf, percent } from "./bars";

const amount = (tokens: number) => ({ usd: null, tokens });
const of = (limit: number, spent: number, reserved: number) =>
  barsOf({ limit: amount(limit), spent: amount(spent), reserved: amount(reserved), left: amount(0) });

test("a bar is as long as the limit, and longer where more is used", () => {
  const count = fc.integer({ min: 0, max: 1e12 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e12 }), count, count, (limit, spent, reserved) => {
      const [bar] = of(limit, spent, reserved);
      if (!bar) throw new Error("There is no bar.");
      const { limitAt } = bar;
      expect(bar.spent + bar.reserved).toBeLessThanOrEqual(1 + 1e-9);
      expect(limitAt > 0 && limitAt <= 1).toBe(true);
      expect(limitAt < 1).toBe(spent + reserved > limit);
      expect(bar.share >= 1).toBe(spent >= limit);
    }),
  );
});

test("each limit has a bar of its own, in its own words", () => {
  const bars = barsOf({
    limit: { usd: "10", tokens: 1000 },
    spent: { usd: "12.5", tokens: 250 },
    reserved: { usd: "0", tokens: 50 },
    left: { usd: "-2.5", tokens: 700 },
  });
  expect(bars.map((bar) => [bar.unit, bar.share, bar.limitAt])).toEqual([
    ["dollars", 1.25, 0.8],
    ["tokens", 0.25, 1],
  ]);
  expect(bars[0]?.said).toEqual({ spent: "$12.50", limit: "$10.00", reserved: "$0.00", left: "$0.00" });
  expect(bars[1]?.said).toEqual({ spent: "250", limit: "1,000", reserved: "50", left: "700" });
});

test.each([
  [0, "0%"],
  [0.0001, "<1%"],
  [0.4, "40%"],
  [0.9999, "99%"],
  [1, "100%"],
  [12.5, "1,250%"],
])("%d is said as %s", (share, said) => {
  expect(percent(share)).toBe(said);
});
