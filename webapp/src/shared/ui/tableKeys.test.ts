import { expect, test } from "vitest";

import { stepOf } from "./tableKeys";

test.each([
  ["ArrowDown", 0, 1],
  ["ArrowDown", 9, 9],
  ["k", 0, 0],
  ["k", 5, 4],
  ["End", 2, 9],
  ["PageUp", 5, 0],
  ["x", 5, undefined],
])("%s on row %d of ten goes to %s", (key, at, next) => {
  expect(stepOf(key, at, 10)).toBe(next);
});

test("an empty list has no row to go to", () => {
  expect(stepOf("ArrowDown", 0, 0)).toBeUndefined();
});
