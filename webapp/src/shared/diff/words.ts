import { diffWordsWithSpace } from "diff";

/** A piece of a line, and whether the other side has not got it. */
export interface Word {
  text: string;
  changed: boolean;
}

/** Longer lines, and such as have little in common, are marked as a whole. */
const MOST_CHARACTERS = 1000;
const MOST_EDITS = 200;
const LEAST_COMMON = 0.3;

/** A line's pieces beside its other side's line; undefined where to mark them would not help. */
export function wordsOf(text: string, mate: string, sign: "+" | "-"): Word[] | undefined {
  if (Math.max(text.length, mate.length) > MOST_CHARACTERS || text === mate) return undefined;
  const [before, after] = sign === "-" ? [text, mate] : [mate, text];
  const changes = diffWordsWithSpace(before, after, { maxEditLength: MOST_EDITS });
  if (!changes) return undefined;
  const ours = changes.filter((each) => (sign === "-" ? !each.added : !each.removed));
  const common = ours.filter((each) => !each.added && !each.removed);
  const same = common.reduce((sum, each) => sum + each.value.trim().length, 0);
  if (same < LEAST_COMMON * Math.max(before.trim().length, after.trim().length)) return undefined;
  return ours.map((each) => ({ text: each.value, changed: each.added || each.removed }));
}
