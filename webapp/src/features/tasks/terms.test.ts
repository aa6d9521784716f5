import fc from "fast-check";
import { expect, test } from "vitest";

import { estimateIn, minutes } from "./terms";

test("an estimate is read as it is written", () => {
  fc.assert(
    fc.property(fc.nat(99_999), (count) => {
      expect(estimateIn(minutes(count))).toBe(count);
    }),
  );
});

test.each([
  ["90m", 90],
  ["2h", 120],
  ["1h30m", 90],
  ["1h 30", 90],
  ["45", 45],
  ["none", 0],
  ["", 0],
  ["2d", undefined],
  ["soon", undefined],
])("%j is %j minutes", (text, found) => {
  expect(estimateIn(text)).toBe(found);
});
