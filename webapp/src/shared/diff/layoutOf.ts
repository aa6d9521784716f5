import { notesOf } from "./describe";
import type { FileChangeFragment } from "./FileChange.generated";
import { BETWEEN_PX, HEAD_PX, NOTE_PX, rowPx } from "./geometry";
import { type DiffLayout, type Row, rowsOf } from "./rows";
import type { FileState } from "./useFileStates";

interface Known {
  state: FileState;
  layout: DiffLayout;
  columns: number | undefined;
  px: number;
}

const known = new WeakMap<FileChangeFragment, Known>();

export const rowsIn = (file: FileChangeFragment, layout: DiffLayout, state: FileState): Row[] =>
  rowsOf(file, layout, { openings: state.openings, lines: state.lines });

/** How high a file will be, with its head and what follows it. Its rows are not kept: there may be many files. */
export function filePx(
  file: FileChangeFragment,
  folded: boolean,
  state: FileState,
  layout: DiffLayout,
  columns: number | undefined,
): number {
  if (folded) return HEAD_PX + BETWEEN_PX;
  const last = known.get(file);
  if (last?.state === state && last.layout === layout && last.columns === columns) return last.px;
  const px =
    HEAD_PX + bodyPx(rowsIn(file, layout, state), columns) + notesIn(file, state).length * NOTE_PX + 1 + BETWEEN_PX;
  known.set(file, { state, layout, columns, px });
  return px;
}

export const bodyPx = (rows: readonly Row[], columns: number | undefined): number =>
  rows.reduce((sum, row) => sum + rowPx(row, columns), 0);

export const notesIn = (file: FileChangeFragment, { failed }: FileState): string[] =>
  failed ? [...notesOf(file), failed] : notesOf(file);
