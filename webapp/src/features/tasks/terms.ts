import type { TaskPriority, TaskStatus } from "@/shared/graphql/schema.generated";

/** In the order that they follow each other in. */
export const STATUSES = [
  "OPEN",
  "CLAIMED",
  "IN_PROGRESS",
  "BLOCKED",
  "IN_REVIEW",
  "DONE",
  "DROPPED",
] as const satisfies readonly TaskStatus[];

export const CLOSED: readonly TaskStatus[] = ["DONE", "DROPPED"];
export const LIVE: readonly TaskStatus[] = STATUSES.filter((each) => !CLOSED.includes(each));

/** The most urgent first. */
export const PRIORITIES = ["URGENT", "HIGH", "NORMAL", "LOW"] as const satisfies readonly TaskPriority[];

/** A word of the API as it is shown: `in progress`. */
export const spoken = (word: string): string => word.toLowerCase().replaceAll("_", " ");

/** Minutes of work: `2 h 30 min`. */
export function minutes(count: number): string {
  const hours = Math.floor(count / 60);
  return [hours ? `${hours} h` : "", count % 60 ? `${count % 60} min` : ""].filter(Boolean).join(" ");
}

const ESTIMATE = /^(?:(?<hours>\d{1,5})\s*h)?\s*(?:(?<minutes>\d{1,6})\s*(?:m(?:in)?)?)?$/i;

/** Minutes in `90m`, `2h` or `1h30m`, and in what `minutes` writes; nothing is 0. Undefined where it is no estimate. */
export function estimateIn(text: string): number | undefined {
  const said = text.trim();
  if (said === "" || said.toLowerCase() === "none") return 0;
  const found = ESTIMATE.exec(said)?.groups;
  return found && 60 * Number(found.hours ?? 0) + Number(found.minutes ?? 0);
}
