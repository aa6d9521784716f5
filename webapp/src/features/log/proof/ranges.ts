import { GENESIS, type Head } from "./chain";
import type { Kept } from "./kept";

/** Where a check begins. */
export type Range = "since" | "recent" | "all";

export const RECENT = 10_000;

/** What can be chosen: further than this browser has come already, the last ones, or all of it. */
export function rangesFor(position: number, kept: Kept): Range[] {
  const ranges: Range[] = [];
  if (kept.head && kept.head.position <= position) ranges.push("since");
  if (position > RECENT) ranges.push("recent");
  return [...ranges, "all"];
}

/** The head that it begins after. `digestAt` asks the server, whose word it is then. */
export async function startOf(
  range: Range,
  position: number,
  kept: Kept,
  digestAt: (position: number) => Promise<string>,
): Promise<Head> {
  if (range === "all") return GENESIS;
  if (range === "since" && kept.head) return kept.head;
  const before = Math.max(0, position - RECENT);
  return before === 0 ? GENESIS : { position: before, digest: await digestAt(before) };
}

/** What is remembered of a check: only what has no gap to the first event. */
export function keptAfter(kept: Kept, from: Head, head: Head, now: string): Kept {
  const whole = from.position === 0 || (kept.head?.position === from.position && kept.head.digest === from.digest);
  return whole ? { ...kept, head, checkedAt: now } : kept;
}
