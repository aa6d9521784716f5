import { expect, test } from "vitest";

import { relative, span } from "./spans";

test.each([
  [0.25, "250 ms"],
  [2.5, "2.5 s"],
  [59.9, "59 s"],
  [60, "1 min"],
  [125, "2 min 5 s"],
  [7500, "2 h 5 min"],
  [90_000, "1 d 1 h"],
  [-3, "0 ms"],
])("%d s is %s", (seconds, said) => {
  expect(span(seconds)).toBe(said);
});

test.each([
  [0, "just now"],
  [44, "just now"],
  [60, "1 min ago"],
  [3600 * 5, "5 h ago"],
  [86_400 * 3, "3 d ago"],
  [-7200, "in 2 h"],
  [-10, "in a moment"],
])("%d s ago is said as %s", (seconds, said) => {
  expect(relative(1_000_000_000_000, 1_000_000_000_000 + seconds * 1000)).toBe(said);
});
