import { expect, test } from "vitest";

import { foldersAbove, nameOf, newPath, parentOf } from "./paths";

test("a path's parts", () => {
  expect(foldersAbove("a/b/c.txt")).toEqual(["a", "a/b"]);
  expect(foldersAbove("a/b/")).toEqual(["a"]);
  expect(foldersAbove("c.txt")).toEqual([]);
  expect([nameOf("a/b\n/c"), nameOf("a/b/"), nameOf("c")]).toEqual(["c", "b", "c"]);
  expect([parentOf("a/b/c"), parentOf("a/b/"), parentOf("c")]).toEqual(["a/b", "a", ""]);
});

test.each([
  ["docs/notes.md", "docs/notes.md"],
  ["/top", "top"],
  ["back\\slash", "back\\\\slash"],
])("%j is written to %j", (typed, path) => {
  expect(newPath(typed)).toEqual({ path });
});

test.each(["", "/", "a/", "a//b", "../b", "a/./b", ".git/config", "x/.GIT/hooks"])("%j is no file's path", (typed) => {
  expect(newPath(typed)).toHaveProperty("wrong");
});
