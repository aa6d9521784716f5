import fc from "fast-check";
import { expect, test } from "vitest";

import { rowsOf } from "./csv";

test.each([
  [
    "a,b\r\n1,2\r\n",
    [
      ["a", "b"],
      ["1", "2"],
    ],
  ],
  ["a\n\nb", [["a"], [""], ["b"]]],
  ["a,\n", [["a", ""]]],
  ["", []],
])("%j has these rows", (csv, rows) => {
  expect(rowsOf(csv)).toEqual(rows);
});

test("what was written is read again, whatever is in a cell", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " ", "é") });
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((many) => fc.array(fc.array(cell, { minLength: many, maxLength: many }), { minLength: 1, maxLength: 5 }));
  fc.assert(
    fc.property(table, (rows) => {
      const csv = rows.map((row) => row.map((each) => `"${each.replaceAll('"', '""')}"`).join(",")).join("\r\n");
      expect(rowsOf(`${csv}\r\n`)).toEqual(rows);
    }),
  );
});
