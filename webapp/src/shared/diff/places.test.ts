import { expect, test } from "vitest";

import type { FileChangeFragment } from "./FileChange.generated";
import { changeFrom, type Place } from "./places";
import { rowsOf } from "./rows";
import { compareTexts } from "./texts";

const numbers = Array.from({ length: 40 }, (_, at) => `${at}`).join("\n");
const files: FileChangeFragment[] = [
  compareTexts("two changes", numbers, numbers.replace("\n5\n", "\nfive\n").replace("\n30\n", "\nthirty\n")),
  { ...compareTexts("binary", "", ""), binary: true },
  compareTexts("one change", numbers, numbers.replace("\n7\n", "\nseven\n")),
];

function walk(step: 1 | -1, from: Place): Place[] {
  const found: Place[] = [];
  const rows = (file: FileChangeFragment) => rowsOf(file, "unified");
  for (let at: Place | undefined = from; at; at = changeFrom(files, rows, at, step)) found.push(at);
  return found.slice(1);
}

test("the next change is in this file or in the next one, a file without lines is one, and back is the same way", () => {
  const forward = walk(1, { file: 0, row: undefined });

  expect(forward.map((each) => each.file)).toEqual([0, 0, 1, 2]);
  expect(walk(-1, forward.at(-1) as Place)).toEqual(forward.toReversed().slice(1));
});
