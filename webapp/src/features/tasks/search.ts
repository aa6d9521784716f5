import type { TaskFilterInput, TaskGrouping, TaskPriority, TaskStatus } from "@/shared/graphql/schema.generated";

import { LIVE, PRIORITIES, STATUSES } from "./terms";

const VIEWS = ["board", "list"] as const;
export const GROUPINGS = ["status", "owner", "label"] as const;
const DIALOGUES = ["create", "sync"] as const;

/** How a project's tasks are looked at, and which of them: all of it stands in the address. */
export interface TasksSearch {
  view?: (typeof VIEWS)[number];
  by?: (typeof GROUPINGS)[number];
  text?: string;
  owner?: string;
  unowned?: boolean;
  label?: string[];
  status?: TaskStatus[];
  priority?: TaskPriority[];
  /** Those that are done or dropped, too. */
  all?: boolean;
  ask?: (typeof DIALOGUES)[number];
}

const text = (value: unknown, most = 500): string | undefined =>
  (typeof value === "string" || typeof value === "number") && value !== "" ? String(value).slice(0, most) : undefined;

function among<Word extends string>(value: unknown, words: readonly Word[]): Word[] | undefined {
  const found = new Set([value].flat().map((each) => String(each).toLowerCase().replaceAll("-", "_")));
  const known = words.filter((word) => found.has(word.toLowerCase()));
  return known.length > 0 ? known : undefined;
}

function labels(value: unknown): string[] | undefined {
  const found = [value].flat().flatMap((each) => text(each, 50) ?? []);
  return found.length > 0 ? found.slice(0, 20) : undefined;
}

export function validateSearch(search: Record<string, unknown>): TasksSearch {
  const found: TasksSearch = {
    view: VIEWS.find((each) => each === search.view),
    by: GROUPINGS.find((each) => each === search.by),
    text: text(search.text),
    owner: text(search.owner, 200),
    unowned: search.unowned === true || undefined,
    label: labels(search.label),
    status: among(search.status, STATUSES),
    priority: among(search.priority, PRIORITIES),
    all: search.all === true || undefined,
    ask: DIALOGUES.find((each) => each === search.ask),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

export const groupingOf = ({ by = "status" }: TasksSearch): TaskGrouping => by.toUpperCase() as TaskGrouping;

/** A board by status has a column for each, so that there is a place to put what is done. */
function statuses({ view, by = "status", status, all }: TasksSearch): readonly TaskStatus[] | undefined {
  if (status) return status;
  return all || (view !== "list" && by === "status") ? undefined : LIVE;
}

/** As the API takes it. */
export function filterOf(search: TasksSearch): TaskFilterInput {
  const { owner, unowned = false, label, priority } = search;
  const status = statuses(search);
  return {
    unowned,
    unlabelled: false,
    ...(status && { status }),
    ...(owner && { owner }),
    ...(label && { label }),
    ...(priority && { priority }),
  };
}

export const isNarrowed = ({ text: said, owner, unowned, label, status, priority }: TasksSearch): boolean =>
  [said, owner, unowned, label, status, priority].some((each) => each !== undefined);
