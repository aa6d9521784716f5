import { expect, test } from "vitest";

import { Written } from "./written";

test("what was written is one's own, however late it is seen", () => {
  const written = new Written("a");
  expect([written.write("a"), written.write("b"), written.write("c")]).toEqual([false, true, true]);
  expect([written.sees("a"), written.sees("b"), written.sees("c")]).toEqual([true, true, true]);
});

test("what was left behind is another's once what came after it has been seen", () => {
  const written = new Written("a");
  written.write("b");
  expect(written.sees("b")).toBe(true);
  expect(written.sees("a")).toBe(false);
  expect(written.write("a")).toBe(false);
});
