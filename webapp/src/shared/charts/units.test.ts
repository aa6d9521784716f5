import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { dollars, exact, short, steps } from "./units";

describe("numbers", () => {
  it.each([
    ["count", 1_234_567, "1.2M", "1,234,567"],
    ["tokens", 950, "950", "950 tokens"],
    ["bytes", 1_572_864, "1.5 MiB", "1,572,864 bytes"],
    ["ms", 61_500, "1 min 1 s", "61,500 ms"],
    ["nano-dollars", 39_971_000_001, "$39.97", "$39.971000001"],
    ["nano-dollars", 1_000_000, "$0.001", "$0.001"],
    ["nano-dollars", 0, "$0", "$0"],
    ["nano-dollars", 12_345e9, "$12.3K", "$12345"],
  ] as const)("of %s: %i is %s, and exactly %s", (unit, value, few, all) => {
    expect(short(unit, value)).toBe(few);
    expect(exact(unit, value)).toBe(all);
  });

  it("of money lose nothing", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (nano) => {
        const [whole = "", rest = ""] = dollars(nano).split(".");
        expect(BigInt(whole) * 1_000_000_000n + BigInt(rest.padEnd(9, "0"))).toBe(BigInt(nano));
      }),
    );
  });

  it("stand on an axis in rising steps", () => {
    for (const each of Object.values(steps)) expect(each).toEqual(each.toSorted((one, other) => one - other));
  });
});
