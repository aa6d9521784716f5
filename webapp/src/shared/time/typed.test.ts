import fc from "fast-check";
import { expect, test } from "vitest";

import { momentWritten, spanTyped, spanWritten } from "./typed";

test.each([
  ["10m", 600],
  ["1 h 30 min", 5400],
  ["90", 90],
  ["0", 0],
  ["1.5h", 5400],
  ["7D", 604_800],
])("%j is %d s", (text, seconds) => {
  expect(spanTyped(text)).toBe(seconds);
});

test.each(["", "soon", "10 moons", "-5m", "5m!", "m"])("%j is no length of time", (text) => {
  expect(spanTyped(text)).toBeUndefined();
});

test("what is written is what is typed", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e8 }), (seconds) => {
      expect(spanTyped(spanWritten(seconds))).toBe(seconds);
    }),
  );
});

test("a moment comes back from the browser's input to the minute", () => {
  const moment = new Date("2026-11-26T21:40:00Z");
  expect(new Date(momentWritten(moment)).getTime()).toBe(moment.getTime());
});
