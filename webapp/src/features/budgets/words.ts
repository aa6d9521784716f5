import { shortId } from "@/shared/text/ids";

import type { BudgetRowFragment } from "./api/BudgetRow.generated";

export type Every = BudgetRowFragment["every"];
export type Covers = BudgetRowFragment["covers"];

export const EVERY: Record<Every, string> = { DAY: "a day", WEEK: "a week", MONTH: "a month", ALL_TIME: "in all" };
export const COVERS: Record<Covers, string> = {
  EVERYTHING: "everything",
  USER: "a user",
  PERSONA: "a persona",
  SESSION: "a session",
  TASK: "a task",
};

type Covered = Pick<BudgetRowFragment, "covers" | "persona" | "subjectId" | "subjectName" | "project">;

/** What it covers, as in `session Fix the test`. Others may have written that. */
export function covered(budget: Covered): string {
  switch (budget.covers) {
    case "EVERYTHING":
      return budget.project ? `all of ${budget.project.name}` : "all projects";
    case "PERSONA":
      return `persona ${budget.persona}`;
    default:
      return `${budget.covers.toLowerCase()} ${budget.subjectName ?? shortId(budget.subjectId ?? "")}`;
  }
}

export const titleOf = (budget: Covered & { readonly every: Every }): string => {
  const name = covered(budget);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}, ${EVERY[budget.every]}`;
};

export type State = "asks" | "closed" | "over" | "let on" | "near" | "ok" | "removed";

export function stateOf({ removedAt, now }: Pick<BudgetRowFragment, "removedAt" | "now">): State {
  if (removedAt) return "removed";
  switch (now.standing) {
    case "ASKING":
      return "asks";
    case "CLOSED":
      return "closed";
    case "OVER":
      return "over";
    case "LET_ON":
      return "let on";
    default:
      return now.near ? "near" : "ok";
  }
}

const RANK: readonly State[] = ["asks", "closed", "over", "let on", "near", "ok", "removed"];
const URGENT: ReadonlySet<State> = new Set(["asks", "closed", "over", "let on", "near"]);

/** What needs somebody first; of those alike what is further. */
export const sorted = (budgets: readonly BudgetRowFragment[]): BudgetRowFragment[] =>
  budgets.toSorted(
    (one, other) => RANK.indexOf(stateOf(one)) - RANK.indexOf(stateOf(other)) || other.now.share - one.now.share,
  );

/** Of those that `show` means, those whose words have the text. */
export function chosen(
  budgets: readonly BudgetRowFragment[],
  show: "all" | "urgent",
  find: string,
): BudgetRowFragment[] {
  const text = find.trim().toLowerCase();
  return budgets.filter(
    (each) => (show === "all" || URGENT.has(stateOf(each))) && titleOf(each).toLowerCase().includes(text),
  );
}
