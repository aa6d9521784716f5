import fc from "fast-check";
import { expect, test } from "vitest";

import { scaled } from "./samples";

test("bars and threshold are on one scale, which both fit on", () => {
  const size = fc.double({ min: -1e9, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.array(size, { maxLength: 20 }), size, (values, threshold) => {
      const { bound, lengths } = scaled(values, threshold);
      expect([bound, ...lengths].every((each) => each >= 0 && each <= 1)).toBe(true);
      const below = lengths.filter((_, index) => (values[index] ?? 0) < threshold);
      expect(below.every((each) => each <= bound)).toBe(true);
    }),
  );
});
