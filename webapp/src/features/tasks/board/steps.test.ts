import fc from "fast-check";
import { expect, test } from "vitest";

import { stepFrom } from "./steps";

const KEYS = ["ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "h", "j", "k", "l"];

test("wherever keys go, there is a card", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { minLength: 1 }), fc.array(fc.constantFrom(...KEYS)), (counts, keys) => {
      const first = counts.findIndex((count) => count > 0);
      fc.pre(first >= 0);
      let at: readonly [number, number] = [first, 0];
      for (const key of keys) {
        at = stepFrom(at, key, counts) ?? [-1, -1];
        expect(at[1]).toBeLessThan(counts[at[0]] ?? 0);
      }
    }),
  );
});

test.each([
  ["ArrowRight", [2, 1]],
  ["ArrowLeft", [0, 2]],
  ["End", [0, 3]],
])("empty columns are passed over by %s", (key, to) => {
  expect(stepFrom([0, 2], key, [4, 0, 2])).toEqual(key === "ArrowRight" ? to : key === "End" ? to : [0, 2]);
});

test("other keys go nowhere", () => {
  expect(stepFrom([0, 0], "m", [1])).toBeUndefined();
});
