import { expect, test } from "vitest";

import { lastLines } from "./lastLines";

test.each([
  ["one\ntwo\n\nthree\n", ["two", "three"]],
  ["\u001b[1;32mgreen\u001b[0m\n", ["green"]],
  ["10%\r50%\r100%", ["100%"]],
  ["kept\r\n", ["kept"]],
  ["\u001b]0;a title\u0007text", ["text"]],
  ["\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", ["link"]],
  ["\u001b]52;c;unended", []],
  ["cut at \u001b[3", ["cut at "]],
])("of %j two lines are %j", (printed, lines) => {
  expect(lastLines(printed, 2)).toEqual(lines);
});

test("a line is not longer than a card", () => {
  expect(lastLines("x".repeat(1000), 1)[0]).toHaveLength(241);
});
