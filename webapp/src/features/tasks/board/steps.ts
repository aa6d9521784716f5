/** Where a card stands: its column's and its own place. */
export type Place = readonly [column: number, row: number];

/** The card that a key goes to, where columns have these numbers of cards; undefined where it is none of these keys. */
export function stepFrom([column, row]: Place, key: string, counts: readonly number[]): Place | undefined {
  const last = (counts[column] ?? 1) - 1;
  const rows: Record<string, number> = {
    ArrowDown: row + 1,
    j: row + 1,
    ArrowUp: row - 1,
    k: row - 1,
    Home: 0,
    End: last,
  };
  const next = rows[key];
  if (next !== undefined) return [column, Math.max(0, Math.min(last, next))];
  const way = key === "ArrowRight" || key === "l" ? 1 : key === "ArrowLeft" || key === "h" ? -1 : 0;
  if (way === 0) return undefined;
  let to = column + way;
  while (counts[to] === 0) to += way;
  const there = counts[to];
  return there === undefined ? [column, row] : [to, Math.min(row, there - 1)];
}
