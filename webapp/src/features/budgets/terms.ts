import type { SetBudgetInput } from "@/shared/graphql/schema.generated";

import { dollarsTyped, tokensTyped } from "./amounts";
import type { BudgetRowFragment } from "./api/BudgetRow.generated";
import type { Covers, Every } from "./words";

/** What the form holds, as it was typed. */
export interface Terms {
  covers: Covers;
  /** A user's, session's or task's id, or a persona's name. */
  subject: string;
  every: Every;
  timeZone: string;
  usd: string;
  tokens: string;
  pauses: boolean;
  warnPercent: number | string;
}

export type Wrong = Partial<Record<"subject" | "usd" | "tokens" | "warnPercent", string>>;

const UNTOLD: Terms = {
  covers: "EVERYTHING",
  subject: "",
  every: "MONTH",
  timeZone: "UTC",
  usd: "",
  tokens: "",
  pauses: true,
  warnPercent: 80,
};

export const newTerms = (timeZone: string): Terms => ({ ...UNTOLD, timeZone });

export const termsOf = (budget: BudgetRowFragment): Terms => ({
  covers: budget.covers,
  subject: budget.persona ?? budget.subjectId ?? "",
  every: budget.every,
  timeZone: budget.timeZone,
  usd: budget.limit.usd ?? "",
  tokens: budget.limit.tokens === null ? "" : String(budget.limit.tokens),
  pauses: budget.atLimit === "PAUSE",
  warnPercent: budget.warnPercent,
});

/** What has to be mended before it can be sent. */
export function wrongIn(terms: Terms): Wrong {
  const usd = dollarsTyped(terms.usd);
  const tokens = tokensTyped(terms.tokens);
  const percent = Number(terms.warnPercent);
  const nothing = !terms.usd.trim() && !terms.tokens.trim() && "Say how many dollars, tokens, or both.";
  const wrong = {
    subject: terms.covers !== "EVERYTHING" && !terms.subject && "Choose which.",
    usd: usd.wrong ?? nothing,
    tokens: tokens.wrong,
    warnPercent: !(Number.isInteger(percent) && percent >= 1 && percent <= 100) && "A percentage from 1 to 100.",
  };
  return Object.fromEntries(Object.entries(wrong).filter(([, said]) => said));
}

const FIELD: Record<Covers, "userId" | "persona" | "sessionId" | "taskId" | undefined> = {
  EVERYTHING: undefined,
  USER: "userId",
  PERSONA: "persona",
  SESSION: "sessionId",
  TASK: "taskId",
};

export function inputOf(terms: Terms, projectId: string | undefined): SetBudgetInput {
  const field = FIELD[terms.covers];
  return {
    ...(projectId && { projectId }),
    ...(field && { [field]: terms.subject }),
    every: terms.every,
    timeZone: terms.timeZone,
    usd: dollarsTyped(terms.usd).value ?? null,
    tokens: tokensTyped(terms.tokens).value ?? null,
    atLimit: terms.pauses ? "PAUSE" : "WARN",
    warnPercent: Number(terms.warnPercent),
  };
}

/** The one that is there already, which setting this would revise. */
export const revised = (terms: Terms, known: readonly BudgetRowFragment[]): BudgetRowFragment | undefined =>
  known.find(
    (each) =>
      !each.removedAt &&
      each.covers === terms.covers &&
      each.every === terms.every &&
      (each.persona ?? each.subjectId ?? "") === (terms.covers === "EVERYTHING" ? "" : terms.subject),
  );
