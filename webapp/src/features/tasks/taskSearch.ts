import type { TaskField } from "@/shared/graphql/schema.generated";

const TABS = ["notes", "sessions", "history"] as const;
const ASKED = ["edit", "start", "status", "assign", "release", "link"] as const;
export const FIELDS = [
  "TITLE",
  "BODY",
  "LABELS",
  "PRIORITY",
  "ESTIMATE",
  "DEPENDENCIES",
  "ACCEPTANCE",
  "STATUS",
  "REASON",
  "OWNER",
  "CLAIM",
  "NOTE",
  "LINK",
  "UNLINK",
  "WORK",
  "CONFLICT",
] as const satisfies readonly TaskField[];

export type TaskTab = (typeof TABS)[number];
export type TaskDialogue = (typeof ASKED)[number];

export interface TaskSearch {
  tab?: TaskTab;
  /** Of the history: of these fields alone. */
  field?: TaskField[];
  /** What is asked before it is done. */
  ask?: TaskDialogue;
}

export function validateTaskSearch(search: Record<string, unknown>): TaskSearch {
  const fields = FIELDS.filter((each) => [search.field].flat().includes(each));
  return {
    tab: TABS.find((each) => each === search.tab),
    field: fields.length > 0 ? fields : undefined,
    ask: ASKED.find((each) => each === search.ask),
  };
}
