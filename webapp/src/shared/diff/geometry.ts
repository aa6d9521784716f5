import type { Row } from "./rows";

export const HEAD_PX = 40;
export const NOTE_PX = 32;
export const BETWEEN_PX = 12;
const LINE_PX = 20;
const GAP_PX = 28;

/** Of the monospaced type that lines are in, about. */
const CHARACTER_PX = 7.25;
const GUTTER_PX = { unified: 124, split: 74 };
/** Below this two sides side by side cannot be read. */
export const LEAST_SPLIT_PX = 700;

/** Characters that a line has room for before it is wrapped. */
export function columnsOf(width: number, layout: "split" | "unified"): number {
  const side = layout === "split" ? width / 2 : width;
  return Math.max(10, Math.floor((side - GUTTER_PX[layout]) / CHARACTER_PX));
}

/** How high a row will be, as far as can be told before it is there. Without columns no line is wrapped. */
export function rowPx(row: Row, columns: number | undefined): number {
  if (row.kind === "gap") return GAP_PX;
  if (!columns) return LINE_PX;
  const length = row.kind === "line" ? row.line.text.length : Math.max(lengthOf(row.left), lengthOf(row.right));
  return LINE_PX * Math.max(1, Math.ceil(Math.min(length, MOST_SHOWN) / columns));
}

const lengthOf = (line: { text: string } | undefined): number => line?.text.length ?? 0;

/** Characters of a line that are shown. */
export const MOST_SHOWN = 4000;

/** How wide a line may be where none is wrapped, in characters. */
export const longest = (rows: readonly Row[]): number =>
  Math.min(
    MOST_SHOWN,
    rows.reduce((most, row) => {
      if (row.kind === "gap") return most;
      return Math.max(
        most,
        row.kind === "line" ? row.line.text.length : Math.max(lengthOf(row.left), lengthOf(row.right)),
      );
    }, 0),
  );
