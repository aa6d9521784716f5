import type { FileChangeFragment } from "./FileChange.generated";
import { changeStarts } from "./rows";
import type { Row } from "./rows";

/** A run of changed lines, or a file that has none. */
export interface Place {
  file: number;
  /** Its first row; undefined: the file as a whole. */
  row: number | undefined;
}

type RowsOf = (file: FileChangeFragment) => readonly Row[];

/** The next place with a change after one, or the one before it; undefined at the end. `rowsOf` a folded file: none. */
export function changeFrom(
  files: readonly FileChangeFragment[],
  rowsOf: RowsOf,
  from: Place,
  step: 1 | -1,
): Place | undefined {
  for (let file = from.file; file >= 0 && file < files.length; file += step) {
    const starts = changeStarts(rowsOf(files[file] as FileChangeFragment));
    const places: (number | undefined)[] = starts.length > 0 ? starts : [undefined];
    const beyond = places.filter((row) => file !== from.file || isBeyond(row, from.row, step));
    const found = step === 1 ? beyond[0] : beyond.at(-1);
    if (beyond.length > 0) return { file, row: found };
  }
  return undefined;
}

function isBeyond(row: number | undefined, than: number | undefined, step: 1 | -1): boolean {
  const [one, two] = [row ?? -1, than ?? -1];
  return step === 1 ? one > two : one < two;
}
