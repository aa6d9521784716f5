import { nameOf } from "@/shared/events/words";

import type { Timeline } from "./timeline";

const MOST = 3;
const LONGEST = 60;

/** What happened around a moment, in a few words: what stands out most, and what ran. */
export function toldAt(line: Timeline, moment: number, near: number): string[] {
  const [first, last] = [line.countAt(moment - near), line.countAt(moment + near)];
  const indices = Array.from({ length: Math.min(last - first, 1000) }, (_, index) => first + index);
  const marked = indices.filter((index) => line.weightOf(index) > 0);
  const events = (marked.length > 0 ? marked : indices.slice(0, 1))
    .toSorted((one, other) => line.weightOf(other) - line.weightOf(one))
    .slice(0, MOST)
    .map((index) => nameOf(line.topicOf(index)));
  const running = line.runs.runningAt(moment).slice(-MOST);
  const ran = running.map((run) => `c${run.number} ${run.text.split("\n", 1)[0]?.slice(0, LONGEST)}`);
  return [...new Set([...events, ...ran])];
}
