import type { TaskChangesInput, TaskPriority } from "@/shared/graphql/schema.generated";
import { taskNumberIn } from "@/shared/text/references";

import { estimateIn, minutes } from "./terms";

/** What is written of a task, as a form holds it. */
export interface Draft {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly priority: TaskPriority;
  readonly estimate: string;
  /** As people write them: `T-3`. */
  readonly dependencies: readonly string[];
  /** One in each line. */
  readonly acceptance: string;
}

interface Written {
  readonly title: string;
  readonly body: string;
  readonly labels: readonly string[];
  readonly priority: TaskPriority;
  readonly estimate: number;
  readonly dependencies: readonly { readonly number: number }[];
  readonly acceptance: readonly string[];
}

export const EMPTY: Draft = {
  title: "",
  body: "",
  labels: [],
  priority: "NORMAL",
  estimate: "",
  dependencies: [],
  acceptance: "",
};

export const draftOf = (task: Written): Draft => ({
  title: task.title,
  body: task.body,
  labels: task.labels,
  priority: task.priority,
  estimate: minutes(task.estimate),
  dependencies: task.dependencies.map((each) => `T-${each.number}`),
  acceptance: task.acceptance.join("\n"),
});

const lines = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** Why a draft cannot be sent, by its fields. */
export function wrongIn(draft: Draft): Partial<Record<keyof Draft, string>> {
  const strange = draft.dependencies.find((each) => taskNumberIn(each) === undefined);
  return {
    ...(estimateIn(draft.estimate) === undefined && { estimate: "Write it as 90m, 2h or 1h30m." }),
    ...(strange && { dependencies: `${strange} is no task: write it as T-17.` }),
  };
}

/** What was changed, and nothing else: what others change at the same time stays. */
export function changesIn(draft: Draft, before: Draft = EMPTY): TaskChangesInput {
  const changed = (field: keyof Draft) => String(draft[field]) !== String(before[field]);
  return {
    ...(changed("title") && { title: draft.title.trim() }),
    ...(changed("body") && { body: draft.body }),
    ...(changed("labels") && { labels: draft.labels }),
    ...(changed("priority") && { priority: draft.priority }),
    ...(changed("estimate") && { estimate: estimateIn(draft.estimate) }),
    ...(changed("dependencies") && { dependencies: draft.dependencies.flatMap((each) => taskNumberIn(each) ?? []) }),
    ...(changed("acceptance") && { acceptance: lines(draft.acceptance) }),
  };
}
