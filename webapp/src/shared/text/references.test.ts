import { expect, test } from "vitest";

import { taskNumberIn } from "./references";

test.each([
  ["T-17", 17],
  [" #t-17 ", 17],
  ["#17", 17],
  ["17", 17],
  ["t17", 17],
  ["T-0", undefined],
  ["T-", undefined],
  ["17b", undefined],
])("%j names task %j", (text, number) => {
  expect(taskNumberIn(text)).toBe(number);
});
