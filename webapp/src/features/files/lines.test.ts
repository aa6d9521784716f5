import { expect, test } from "vitest";

import { chosen, linesIn, linesText } from "./lines";

test.each([
  ["L10", "L10"],
  ["L10-L20", "L10-L20"],
  ["20-10", "L10-L20"],
  [" 7 : 9 ", "L7-L9"],
  ["3,3", "L3"],
])("%j means %s", (typed, meant) => {
  const lines = linesIn(typed);
  expect(lines && linesText(lines)).toBe(meant);
});

test.each([undefined, "", "0", "L0-L3", "ten", "1-", "99999999999"])("%j means nothing", (typed) => {
  expect(linesIn(typed)).toBeUndefined();
});

test("a click chooses a line, with shift all up to it, and once more none", () => {
  const one = chosen(undefined, 5, false);
  expect(one).toEqual({ from: 5, to: 5 });
  expect(chosen(one, 2, true)).toEqual({ from: 2, to: 5 });
  expect(chosen(one, 9, true)).toEqual({ from: 5, to: 9 });
  expect(chosen(undefined, 9, true)).toEqual({ from: 9, to: 9 });
  expect(chosen(one, 5, false)).toBeUndefined();
});
