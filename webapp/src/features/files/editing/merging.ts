import { mergeDiff3 } from "node-diff3";

/** The words that stand beside marks, the same as `qd edit` writes. */
const [MINE, BASE, THEIRS] = ["yours", "as you opened it", "in the session"] as const;
const MARKS = /^(?:<{7} yours|\|{7} as you opened it|>{7} in the session)\r?$/m;

/** Lines with what ends them: so a last line without an end is another than one with it. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** All changes of both, with marks as of diff3 where they are of the same lines. */
export function merged(mine: string, base: string, theirs: string): string {
  const { result } = mergeDiff3<string>(linesOf(mine), linesOf(base), linesOf(theirs), {
    excludeFalseConflicts: true,
    label: { a: MINE, o: BASE, b: THEIRS },
  });
  const end = mine.includes("\r\n") ? "\r\n" : "\n";
  return result.map((line, index) => (line.endsWith("\n") || index === result.length - 1 ? line : line + end)).join("");
}

/** Something is left to decide. */
export const isMarked = (text: string): boolean => MARKS.test(text);
