import { visibleText } from "@/shared/text/visible";
import { relative } from "@/shared/time/spans";

import type { FileBlameQuery } from "./api/FileBlame.generated";

type Range = NonNullable<FileBlameQuery["session"]>["blame"]["ranges"][number];

/** Lines that came together, and where from. Ages are 0, the newest, to 4. */
export interface Origin {
  from: number;
  to: number;
  who: string;
  what: string;
  when: string;
  recordedAt: string;
  age: number;
  /** Its command's id, where one wrote them. */
  command: string | undefined;
}

const AGES = 5;

/** `first`: the tree that the session started with. */
export function originsOf(ranges: readonly Range[], first: string | undefined, now: number): Origin[] {
  const times = [...new Set(ranges.map((each) => each.snapshot.recordedAt))].toSorted().toReversed();
  return ranges.map(({ start, lines, snapshot }) => ({
    from: start,
    to: start + Math.max(lines.length, 1) - 1,
    ...whose(snapshot, first),
    when: relative(Date.parse(snapshot.recordedAt), now),
    recordedAt: snapshot.recordedAt,
    age: Math.floor((times.indexOf(snapshot.recordedAt) / Math.max(times.length, 1)) * AGES),
    command: snapshot.command?.id,
  }));
}

function whose(
  { tree, command, writtenBy }: Range["snapshot"],
  first: string | undefined,
): Pick<Origin, "who" | "what"> {
  if (command)
    return { who: visibleText(command.requestedBy), what: visibleText(command.text.trim().split("\n")[0] ?? "") };
  if (writtenBy) return { who: visibleText(writtenBy), what: "written from outside" };
  return { who: "", what: tree === first ? "there at the start" : "found between commands" };
}

/** The one that a line belongs to: they are in order and have no holes. */
export function originAt(origins: readonly Origin[], line: number): Origin | undefined {
  let [low, high] = [0, origins.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const origin = origins[middle] as Origin;
    if (line < origin.from) high = middle - 1;
    else if (line > origin.to) low = middle + 1;
    else return origin;
  }
  return undefined;
}
