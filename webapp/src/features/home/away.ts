import type { HappeningKind } from "@/shared/graphql/schema.generated";
import { counted } from "@/shared/text/counts";

import type { WhileAwayQuery } from "./api/WhileAway.generated";

export type Away = WhileAwayQuery["whileAway"];
export type Group = Away["groups"][number];

const WORDS: Record<HappeningKind, readonly [string, string]> = {
  ALERT_RAISED: ["alert", "alerts"],
  BUDGET_EXHAUSTED: ["budget used up", "budgets used up"],
  SESSION_LOST: ["session lost", "sessions lost"],
  COMMAND_FAILED: ["command failed", "commands failed"],
  TASK_CONFLICT: ["conflict of a task", "conflicts of tasks"],
  TASK_BLOCKED: ["task blocked", "tasks blocked"],
  NETWORK_REFUSED: ["connection refused", "connections refused"],
  TASK_FINISHED: ["task done", "tasks done"],
  TASK_CREATED: ["task written", "tasks written"],
  SESSION_OPENED: ["session opened", "sessions opened"],
  SESSION_CLOSED: ["session closed", "sessions closed"],
};

const URGENT: ReadonlySet<HappeningKind> = new Set([
  "ALERT_RAISED",
  "BUDGET_EXHAUSTED",
  "SESSION_LOST",
  "COMMAND_FAILED",
  "TASK_CONFLICT",
]);

export const isUrgent = (group: Group): boolean => URGENT.has(group.kind);

/** `3 commands failed`, `1,000+ sessions opened`. */
export function said({ kind, count, more }: Group): string {
  const text = counted(count, ...WORDS[kind]);
  return more ? text.replace(/^[\d,]+/u, (number) => `${number}+`) : text;
}

/** By whom, where that is not one alone: `ada 3, ben 1`. */
export function byWhom({ actors }: Group): string {
  const [only] = actors;
  if (actors.length === 1 && only) return only.name;
  return actors.map(({ name, count }) => `${name} ${count}`).join(", ");
}
