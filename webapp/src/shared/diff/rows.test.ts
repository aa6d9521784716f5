import fc from "fast-check";
import { expect, test } from "vitest";

import { changeStarts, type DiffLayout, type Line, type Opening, type Row, rowsOf } from "./rows";
import { compareTexts } from "./texts";

const texts = fc
  .tuple(fc.array(fc.constantFrom("a", "b", "", " a", "-x", "+x", "\\ No"), { maxLength: 40 }), fc.boolean())
  .map(([lines, ended]) => lines.join("\n") + (ended && lines.length > 0 ? "\n" : ""));

/** Far apart, so that there are gaps. */
const edited = fc
  .tuple(
    fc.integer({ min: 0, max: 60 }),
    fc.array(fc.tuple(fc.nat(60), fc.constantFrom("", "new", "new\nother")), { maxLength: 4 }),
  )
  .map(([many, edits]) => {
    const lines = Array.from({ length: many }, (_, at) => `line ${at}`);
    const after = [...lines];
    for (const [at, text] of edits) after.splice(Math.min(at, after.length), 1, text);
    return [lines.join("\n"), after.join("\n")] as const;
  });

const openings = fc
  .array(fc.tuple(fc.nat(4), fc.record({ above: fc.nat(30), below: fc.nat(30) })))
  .map((some) => new Map<number, Opening>(some));

const layouts = fc.constantFrom<DiffLayout>("split", "unified");
const pairs = fc.oneof(fc.tuple(texts, texts), edited);

const linesIn = (text: string): string[] => {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
};

const shown = (row: Row, side: "old" | "new"): Line[] => {
  const lines = row.kind === "gap" ? [] : row.kind === "line" ? [row.line] : [side === "old" ? row.left : row.right];
  return lines.filter((line): line is Line => line?.[side] !== undefined);
};

/** What somebody who reads one side would copy: its lines, and what is folded away, which is the same on both. */
function sideOf(rows: readonly Row[], side: "old" | "new", other: readonly string[]): string {
  let text = "";
  for (const row of rows) {
    if (row.kind === "gap") {
      const from = (side === "old" ? row.new : row.old) - 1;
      const folded = other.slice(from, row.count === undefined ? undefined : from + row.count);
      text += folded.map((line) => `${line}\n`).join("");
    }
    for (const line of shown(row, side)) text += line.text + (line.open ? "" : "\n");
  }
  return text;
}

const ended = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`);

test("the shown diff applied to the old text gives the new one, and backwards, however much is unfolded", () => {
  fc.assert(
    fc.property(pairs, layouts, openings, ([before, after], layout, opened) => {
      const file = compareTexts("a", before, after);
      const rows = rowsOf(file, layout, { openings: opened, lines: linesIn(after) });
      const [left, right] = [sideOf(rows, "old", linesIn(after)), sideOf(rows, "new", linesIn(before))];
      expect(file.hunks.length > 0).toBe(before !== after);
      expect([ended(left), ended(right)]).toEqual(before === after ? ["", ""] : [ended(before), ended(after)]);
    }),
    { numRuns: 400 },
  );
});

test("lines are numbered one after the other on each side", () => {
  fc.assert(
    fc.property(pairs, layouts, openings, ([before, after], layout, opened) => {
      const rows = rowsOf(compareTexts("a", before, after), layout, { openings: opened, lines: linesIn(after) });
      for (const side of ["old", "new"] as const) {
        let next = 1;
        for (const row of rows) {
          if (row.kind === "gap") next += row.count ?? 0;
          for (const line of shown(row, side)) expect(line[side]).toBe(next++);
        }
      }
    }),
  );
});

test("runs of changed lines are as many on both layouts, and a line without a newline at its end says so", () => {
  const file = compareTexts("a", "one\ntwo\nthree", "one\n2\nthree\n");
  const split = rowsOf(file, "split");
  const unified = rowsOf(file, "unified");

  expect(changeStarts(split)).toEqual([1]);
  expect(changeStarts(unified)).toEqual([1]);
  expect(
    unified.map((row) => row.kind === "line" && `${row.line.sign}${row.line.text}${row.line.open ? "|" : ""}`),
  ).toEqual([" one", "-two", "-three|", "+2", "+three"]);
});

test("a gap that begins a file is before its first hunk, and one of unknown length ends it", () => {
  const before = Array.from({ length: 40 }, (_, at) => `${at}`).join("\n");
  const rows = rowsOf(compareTexts("a", before, before.replace("\n20\n", "\ntwenty\n")), "unified");

  expect(rows[0]).toEqual({ kind: "gap", index: 0, old: 1, new: 1, count: 17 });
  expect(rows.at(-1)).toEqual({ kind: "gap", index: 1, old: 25, new: 25, count: undefined });
});
