import { shortId } from "@/shared/text/ids";

import type { ComparableSessionsQuery } from "./api/ComparableSessions.generated";
import type { ComparedCommandFragment } from "./api/ComparedCommand.generated";
import type { CompareSessionsQuery } from "./api/CompareSessions.generated";

type Comparison = CompareSessionsQuery["compareSessions"];
type Side = Comparison["a"];
type Listed = ComparableSessionsQuery["sessions"]["edges"][number]["node"];

/** What two sessions have in common, as `qd session compare` says it. */
export function commonOf({ a, b, sameBase, ancestorId }: Comparison): string[] {
  const base = a.session.baseCommit;
  const bases = sameBase
    ? base && `Both started from commit ${base.slice(0, 12)}.`
    : `They started from different commits: ${baseOf(a)} and ${baseOf(b)}.`;
  const forks =
    ancestorId === null || a.session.id === b.session.id ? [] : [a, b].map((each) => leftAt(each, ancestorId));
  return [...(bases ? [bases] : []), ...forks];
}

const baseOf = (side: Side): string => (side.session.baseCommit ?? "?").slice(0, 12);

function leftAt({ session, leftAncestorAt }: Side, ancestor: string): string {
  const name = shortId(session.id);
  if (!leftAncestorAt) return `${name} is what the other one was forked from.`;
  const { commandId, moment } = leftAncestorAt;
  const where = commandId ? ` ${moment.toLowerCase()} command ${shortId(commandId)}` : "";
  return `${name} goes back to session ${shortId(ancestor)}${where}.`;
}

export type Kin = "its forks" | "what it was forked from" | "other forks of that" | "others";

/** How a session is related to one that it may be compared with. */
export function kinOf(other: Listed, own: { id: string; forkedFrom: { sessionId: string } | null }): Kin {
  if (other.forkedFrom?.sessionId === own.id) return "its forks";
  if (own.forkedFrom?.sessionId === other.id) return "what it was forked from";
  if (own.forkedFrom && own.forkedFrom.sessionId === other.forkedFrom?.sessionId) return "other forks of that";
  return "others";
}

export interface RanInBoth {
  text: string;
  a: ComparedCommandFragment;
  b: ComparedCommandFragment;
}

const lastOfEach = (commands: readonly ComparedCommandFragment[]) =>
  new Map(commands.map((each) => [each.text.trim(), each]));

/** Commands with the same text, such as tests: how each ended last. Those that ended otherwise come first. */
export function ranInBoth(a: readonly ComparedCommandFragment[], b: readonly ComparedCommandFragment[]): RanInBoth[] {
  const others = lastOfEach(b);
  const found = [...lastOfEach(a)].flatMap(([text, command]) => {
    const other = others.get(text);
    return other && other.id !== command.id ? [{ text, a: command, b: other }] : [];
  });
  const same = ({ a: one, b: two }: RanInBoth): number =>
    Number(one.exitCode === two.exitCode && one.state === two.state);
  return found.toSorted((one, two) => same(one) - same(two));
}
