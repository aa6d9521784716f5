import type { BudgetAnswer } from "@/shared/graphql/schema.generated";

import { dollarsTyped, tokensTyped } from "./amounts";
import type { BudgetRowFragment } from "./api/BudgetRow.generated";

export const ANSWERS: readonly BudgetAnswer[] = ["RAISE", "LET_ON", "KEEP_CLOSED"];

export const ANSWER_WORDS: Record<BudgetAnswer, { label: string; about: string; done: string }> = {
  RAISE: {
    label: "Raise the limit",
    about: "From now on, for the periods to come too. What it has paused goes on.",
    done: "raised",
  },
  LET_ON: {
    label: "Let it on this once",
    about: "This period goes on without a limit, and is counted on. What it has paused goes on.",
    done: "let on",
  },
  KEEP_CLOSED: {
    label: "Keep it closed",
    about: "What it covers stands still until the period ends, or somebody answers otherwise.",
    done: "kept closed",
  },
};

/** What a limit may be raised to: half as much again and twice as much, where that is more than what is spent. */
export function raises(limit: number, spent: number): number[] {
  const beyond = Math.max(limit, spent);
  return [1.5, 2, 5].map((factor) => rounded(beyond * factor));
}

/** To two figures that matter, upwards: people set round limits. */
function rounded(value: number): number {
  const step = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(Number((value / step).toPrecision(12))) * step).toPrecision(12));
}

export interface Given {
  answer: BudgetAnswer;
  usd: string;
  tokens: string;
  reason: string;
}

/** What has to be mended before a raise can be sent: it is to more than what is spent. */
export function wrongRaise(
  given: Given,
  { limit, spent }: BudgetRowFragment["now"],
): { usd?: string; tokens?: string } {
  if (given.answer !== "RAISE") return {};
  const usd = dollarsTyped(given.usd);
  const tokens = tokensTyped(given.tokens);
  const little = "That much is spent already.";
  const needed = limit.usd === null ? "tokens" : "usd";
  const none = usd.value === undefined && tokens.value === undefined && { [needed]: "Say what it is raised to." };
  return {
    ...none,
    ...(usd.value !== undefined && Number(usd.value) <= Number(spent.usd ?? 0) && { usd: little }),
    ...(tokens.value !== undefined && tokens.value <= (spent.tokens ?? 0) && { tokens: little }),
    ...(usd.wrong && { usd: usd.wrong }),
    ...(tokens.wrong && { tokens: tokens.wrong }),
  };
}

export const answerInput = (budgetId: string, given: Given) => ({
  budgetId,
  answer: given.answer,
  reason: given.reason.trim(),
  ...(given.answer === "RAISE" && {
    usd: dollarsTyped(given.usd).value ?? null,
    tokens: tokensTyped(given.tokens).value ?? null,
  }),
});
