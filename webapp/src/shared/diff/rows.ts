import type { FileChangeFragment } from "./FileChange.generated";

export type Hunk = FileChangeFragment["hunks"][number];
export type DiffLayout = "split" | "unified";

/** A line of one side. */
export interface Line {
  sign: " " | "+" | "-";
  /** Its numbers before and after, from 1; where it is on both sides, both. */
  old?: number;
  new?: number;
  text: string;
  /** The other side's line that it stands for, where one was replaced by one. */
  mate?: string;
  /** It is the last of its file, and no newline ends it. */
  open?: boolean;
}

export interface LineRow {
  kind: "line";
  line: Line;
  /** Number of the run of changed lines that it belongs to, from 0. */
  change?: number;
}

export interface PairRow {
  kind: "pair";
  left?: Line;
  right?: Line;
  change?: number;
}

/** Lines that are the same on both sides and are not shown. */
export interface GapRow {
  kind: "gap";
  index: number;
  /** Numbers of the first of them. */
  old: number;
  new: number;
  /** Undefined: to the end of a file of unknown length. */
  count: number | undefined;
}

export type Row = LineRow | PairRow | GapRow;

/** How many lines of a gap are shown, next to the hunk above it and to the one below. */
export interface Opening {
  above: number;
  below: number;
}

interface Context {
  /** By number of the gap. */
  openings: ReadonlyMap<number, Opening>;
  /** The lines of the file as it is afterwards, once they were asked for. */
  lines: readonly string[] | undefined;
}

const CLOSED: Context = { openings: new Map(), lines: undefined };
const USUAL_CONTEXT = 3;

/** What is shown of a file, in order. */
export function rowsOf(file: FileChangeFragment, layout: DiffLayout, context: Context = CLOSED): Row[] {
  const rows: Row[] = [];
  let [old, next, change] = [1, 1, 0];
  file.hunks.forEach((hunk, index) => {
    const [oldFirst, newFirst] = [first(hunk.oldStart, hunk.oldLines), first(hunk.newStart, hunk.newLines)];
    rows.push(...gap(index, old, next, newFirst - next, context, layout));
    const found = hunkRows(hunk, layout, change);
    for (const row of found.rows) rows.push(row);
    change = found.changes;
    [old, next] = [oldFirst + hunk.oldLines, newFirst + hunk.newLines];
  });
  const last = file.hunks.at(-1);
  if (last && goesOn(file, last)) {
    const count = context.lines && Math.max(0, context.lines.length - next + 1);
    rows.push(...gap(file.hunks.length, old, next, count, context, layout));
  }
  return rows;
}

/** Git names the line before where a side has none. */
const first = (start: number, lines: number): number => (lines === 0 ? start + 1 : start);

/** Whether there may be lines after the last hunk: it ends early where the file does. */
function goesOn(file: FileChangeFragment, last: Hunk): boolean {
  if (file.truncated || file.status === "ADDED" || file.status === "DELETED") return false;
  const tail = last.lines.slice(-USUAL_CONTEXT);
  return tail.length === USUAL_CONTEXT && tail.every((line) => line.startsWith(" "));
}

function gap(
  index: number,
  old: number,
  next: number,
  count: number | undefined,
  { openings, lines }: Context,
  layout: DiffLayout,
): Row[] {
  if (count !== undefined && count <= 0) return [];
  const { above, below } = openings.get(index) ?? { above: 0, below: 0 };
  if (count === undefined || !lines) return [{ kind: "gap", index, old, new: next, count }];
  const head = Math.min(above, count);
  const tail = Math.min(below, count - head);
  const same = (from: number, many: number): Row[] =>
    Array.from({ length: many }, (_, at) =>
      sameRow(
        { sign: " ", old: old + from + at, new: next + from + at, text: lines[next + from + at - 1] ?? "" },
        layout,
      ),
    );
  const hidden = count - head - tail;
  const between: Row[] = hidden > 0 ? [{ kind: "gap", index, old: old + head, new: next + head, count: hidden }] : [];
  return [...same(0, head), ...between, ...same(count - tail, tail)];
}

const sameRow = (line: Line, layout: DiffLayout): Row =>
  layout === "unified" ? { kind: "line", line } : { kind: "pair", left: line, right: line };

function hunkRows(hunk: Hunk, layout: DiffLayout, changes: number): { rows: Row[]; changes: number } {
  const rows: Row[] = [];
  let change = changes;
  let [removed, added]: [Line[], Line[]] = [[], []];
  const flush = () => {
    if (removed.length + added.length === 0) return;
    for (const row of changedRows(removed, added, layout, change)) rows.push(row);
    [removed, added] = [[], []];
    change += 1;
  };
  for (const line of numbered(hunk)) {
    if (line.sign === "-" && added.length > 0) flush();
    if (line.sign === "-") removed.push(line);
    else if (line.sign === "+") added.push(line);
    else {
      flush();
      rows.push(sameRow(line, layout));
    }
  }
  flush();
  return { rows, changes: change };
}

/** A hunk's lines, with their numbers on each side. */
export function numbered(hunk: Hunk): Line[] {
  let [old, next] = [first(hunk.oldStart, hunk.oldLines), first(hunk.newStart, hunk.newLines)];
  const found: Line[] = [];
  for (const raw of hunk.lines) {
    const text = raw.slice(1);
    const before = found.at(-1);
    if (raw.startsWith("\\")) {
      if (before) before.open = true;
    } else if (raw.startsWith("+")) found.push({ sign: "+", new: next++, text });
    else if (raw.startsWith("-")) found.push({ sign: "-", old: old++, text });
    else found.push({ sign: " ", old: old++, new: next++, text });
  }
  return found;
}

function changedRows(removed: Line[], added: Line[], layout: DiffLayout, change: number): Row[] {
  const both = Math.min(removed.length, added.length);
  for (let at = 0; at < both; at++) {
    const [left, right] = [removed[at] as Line, added[at] as Line];
    left.mate = right.text;
    right.mate = left.text;
  }
  if (layout === "unified") return [...removed, ...added].map((line) => ({ kind: "line", line, change }));
  return Array.from({ length: Math.max(removed.length, added.length) }, (_, at) => ({
    kind: "pair",
    left: removed[at],
    right: added[at],
    change,
  }));
}

/** Places of the rows that a run of changed lines begins with. */
export function changeStarts(rows: readonly Row[]): number[] {
  const starts: number[] = [];
  let last: number | undefined;
  rows.forEach((row, index) => {
    const change = row.kind === "gap" ? undefined : row.change;
    if (change !== undefined && change !== last) starts.push(index);
    last = change;
  });
  return starts;
}
