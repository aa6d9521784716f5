import { expect, test } from "vitest";

import { withBefore } from "./history";

const entry = (position: number, ...changes: [string, string][]) => ({
  position,
  changes: changes.map(([field, value]) => ({ field: field as "TITLE", value })),
});

const ENTRIES = [
  entry(9, ["NOTE", '"two"']),
  entry(7, ["TITLE", '"Mend it"'], ["STATUS", '"done"']),
  entry(5, ["NOTE", '"one"']),
  entry(3, ["TITLE", '"Mend"'], ["BODY", '""'], ["STATUS", '"open"']),
];

test("each change says what was before it", () => {
  const found = withBefore(ENTRIES, true).map(({ changes }) => changes.map(({ field, before }) => [field, before]));
  expect(found).toEqual([
    [["NOTE", undefined]],
    [
      ["TITLE", '"Mend"'],
      ["STATUS", '"open"'],
    ],
    [["NOTE", undefined]],
    [
      ["TITLE", undefined],
      ["STATUS", undefined],
    ],
  ]);
});

test("of what was not read yet nothing is said", () => {
  expect(withBefore(ENTRIES.slice(0, 2), false)[1]?.changes[0]?.before).toBeUndefined();
});
