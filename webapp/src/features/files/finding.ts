import { nameOf } from "./paths";

export interface Match {
  path: string;
  score: number;
}

/** How well letters that were typed fit a path: in their order, better together, at the start of parts, in the name. */
export function scoreOf(path: string, typed: string): number | undefined {
  const [where, wanted] = [path.toLowerCase(), typed.toLowerCase().replaceAll(/\s+/g, "")];
  if (!wanted) return 0;
  const name = where.length - nameOf(path).length;
  const together = where.lastIndexOf(wanted);
  if (together >= 0) return 1000 + (together >= name ? 500 : 0) + (starts(where, together) ? 200 : 0) - path.length;
  let [at, score] = [-1, 0];
  for (const letter of wanted) {
    const next = where.indexOf(letter, at + 1);
    if (next < 0) return undefined;
    score += (next === at + 1 ? 8 : 0) + (starts(where, next) ? 6 : 0) + (next >= name ? 2 : 0);
    at = next;
  }
  return score - path.length / 10;
}

const starts = (path: string, at: number): boolean => at === 0 || /[/_.\- ]/.test(path[at - 1] ?? "");

/** The best of them first. */
export function found(paths: readonly string[], typed: string, most: number): string[] {
  const matches = paths.flatMap((path): Match[] => {
    const score = scoreOf(path, typed);
    return score === undefined ? [] : [{ path, score }];
  });
  return matches
    .toSorted((one, other) => other.score - one.score || (one.path < other.path ? -1 : 1))
    .slice(0, most)
    .map((each) => each.path);
}
