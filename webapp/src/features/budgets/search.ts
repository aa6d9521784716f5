export interface BudgetsSearch {
  /** Those that are near, or beyond. */
  show?: "urgent";
  find?: string;
  set?: boolean;
}

const ASKED = ["change", "remove", "answer"] as const;

export interface BudgetSearch {
  /** What is asked before it is done. */
  ask?: (typeof ASKED)[number];
}

export const budgetsSearch = (search: Record<string, unknown>): BudgetsSearch => ({
  show: search.show === "urgent" ? "urgent" : undefined,
  find: typeof search.find === "string" && search.find !== "" ? search.find.slice(0, 100) : undefined,
  set: search.set === true ? true : undefined,
});

export const budgetSearch = (search: Record<string, unknown>): BudgetSearch => ({
  ask: ASKED.find((each) => each === search.ask),
});
