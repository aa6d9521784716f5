import { expect, test } from "vitest";

import { found, scoreOf } from "./finding";

const PATHS = ["src/main.py", "src/domain/map.ts", "docs/main.md", "README.md", "tests/main_test.py"];

test.each([
  ["main", "src/main.py"],
  ["readme", "README.md"],
  ["smp", "src/main.py"],
  ["d/map", "src/domain/map.ts"],
  ["main test", "tests/main_test.py"],
])("%j finds %s first", (typed, path) => {
  expect(found(PATHS, typed, 3)[0]).toBe(path);
});

test("letters in another order, or not there, find nothing", () => {
  expect(scoreOf("src/main.py", "yp")).toBeUndefined();
  expect(found(PATHS, "zzz", 3)).toEqual([]);
  expect(found(PATHS, "", 2)).toHaveLength(2);
});
