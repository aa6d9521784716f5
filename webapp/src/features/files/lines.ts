/** Lines of a file, from 1, both ends among them. */
export interface Lines {
  from: number;
  to: number;
}

/** Of an address, or as somebody types them: `L10-L20`, `10-20`, `10`. */
export function linesIn(text: string | undefined): Lines | undefined {
  const [, first, last] = /^\s*L?(\d{1,9})(?:\s*[-:,]\s*L?(\d{1,9}))?\s*$/i.exec(text ?? "") ?? [];
  const [from, to] = [Number(first), Number(last ?? first)];
  if (!(from > 0 && to > 0)) return undefined;
  return { from: Math.min(from, to), to: Math.max(from, to) };
}

export const linesText = ({ from, to }: Lines): string => (from === to ? `L${from}` : `L${from}-L${to}`);

/** What a click on a line's number chooses: that line, with shift all up to it, and nothing where it was chosen alone. */
export function chosen(before: Lines | undefined, line: number, extend: boolean): Lines | undefined {
  if (before && extend) return { from: Math.min(before.from, line), to: Math.max(before.from, line) };
  return before?.from === line && before.to === line ? undefined : { from: line, to: line };
}
