import { expect, test } from "vitest";

import { type Entry, type Folder, rowsOf, stepFrom } from "./rows";

const entry = (path: string, kind: Entry["kind"] = "FILE"): Entry => ({
  name: path.split("/").at(-1) ?? "",
  path,
  kind,
  size: 1,
});
const folder = (entries: Entry[], rest = 0): Folder => ({
  entries,
  total: entries.length + rest,
  cursor: rest ? "x" : null,
});
const TREE = new Map([
  ["", folder([entry("a.txt"), entry("lib", "FOLDER"), entry("src", "FOLDER")])],
  ["src", folder([entry("src/main.py")], 7)],
]);
const shown = (open: string[]) =>
  rowsOf(TREE, new Set(open)).map((row) =>
    row.is === "entry" ? `${row.level} ${row.entry.path}` : `${row.level} ${row.is} ${row.folder}`,
  );

test("folders come first, and what is open has its entries below it", () => {
  expect(shown([])).toEqual(["1 lib", "1 src", "1 a.txt"]);
  expect(shown(["src"])).toEqual(["1 lib", "1 src", "2 src/main.py", "2 more src", "1 a.txt"]);
  expect(shown(["lib"])).toEqual(["1 lib", "2 waiting lib", "1 src", "1 a.txt"]);
});

test("each row says its place among its folder's", () => {
  const rows = rowsOf(TREE, new Set(["src"]));
  expect(rows.map(({ place, of }) => [place, of])).toEqual([
    [1, 3],
    [2, 3],
    [1, 8],
    [2, 8],
    [3, 3],
  ]);
});

test("keys lead through the tree as ARIA has it", () => {
  const rows = rowsOf(TREE, new Set(["src"]));
  expect(stepFrom(rows, 0, "ArrowRight")).toBe("open");
  expect(stepFrom(rows, 1, "ArrowRight")).toBe(2);
  expect(stepFrom(rows, 1, "ArrowLeft")).toBe("close");
  expect(stepFrom(rows, 2, "ArrowLeft")).toBe(1);
  expect(stepFrom(rows, 0, "ArrowLeft")).toBeUndefined();
  expect(stepFrom(rows, 4, "ArrowDown")).toBe(4);
  expect(stepFrom(rows, 0, "End")).toBe(4);
  expect(stepFrom(rows, 4, "Home")).toBe(0);
  expect(stepFrom(rows, 1, "m")).toBe(2);
  expect(stepFrom(rows, 1, "l")).toBe(0);
  expect(stepFrom(rows, 1, "z")).toBeUndefined();
  expect(stepFrom(rows, 1, "F5")).toBeUndefined();
});

test("a folder of any depth is shown", () => {
  const deep = new Map<string, Folder>();
  const open = new Set<string>();
  let path = "";
  for (let level = 0; level < 3000; level += 1) {
    const next = path ? `${path}/d` : "d";
    deep.set(path, folder([entry(next, "FOLDER")]));
    open.add(next);
    path = next;
  }
  expect(rowsOf(deep, open).at(-1)).toMatchObject({ is: "waiting", level: 3001 });
});
