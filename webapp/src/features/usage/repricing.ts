import type { ModelPriceInput, UsageMeasure } from "@/shared/graphql/schema.generated";

import { groupKey, type Point } from "./points";
import { type AMOUNTS, costOf, type Price, priceFor, type Tokens } from "./prices";

const KINDS: Partial<Record<UsageMeasure, (typeof AMOUNTS)[number]>> = {
  TOKENS_INPUT: "input",
  TOKENS_OUTPUT: "output",
  TOKENS_CACHE_READ: "cacheRead",
  TOKENS_CACHE_CREATION: "cacheCreation",
  TOKENS_REASONING: "reasoning",
};
const NONE: Tokens["kinds"] = { input: 0, output: 0, cacheRead: 0, cacheCreation: 0, reasoning: 0 };
/** Of days that are counted as a whole. */
const ROUNDING = 1000;

export interface Repricing {
  provider: string;
  model: string;
  /** In nano-dollars; null: unknown. */
  before: number | null;
  after: number | null;
}

interface Day {
  tokens: Tokens;
  cost: number | null;
}

/** Of points by provider and model: each day of each model. */
function daysOf(points: readonly Point[]): Map<string, Day[]> {
  const days = new Map<string, Day>();
  for (const point of points) {
    const [provider = "", model = ""] = point.group.map((each) => each.value);
    const key = `${point.at} ${groupKey(point.group)}`;
    const day = days.get(key) ?? { tokens: { provider, model, at: Date.parse(point.at), kinds: NONE }, cost: null };
    const kind = KINDS[point.measure];
    if (kind) day.tokens = { ...day.tokens, kinds: { ...day.tokens.kinds, [kind]: point.total ?? 0 } };
    if (point.measure === "COST") day.cost = point.total;
    days.set(key, day);
  }
  return Map.groupBy(days.values(), ({ tokens }) => `${tokens.provider}\u0000${tokens.model}`) as Map<string, Day[]>;
}

/** What would cost something else. A day that the table has no price for keeps what genai-prices says, if it did. */
export function repriced(
  points: readonly Point[],
  now: readonly Price[],
  then: readonly ModelPriceInput[],
): Repricing[] {
  const found = [...daysOf(points).values()].map((days): Repricing => {
    const [first] = days;
    const after = days.map(({ tokens, cost }) => {
      const price = priceFor(then, tokens);
      if (price) return costOf(price, tokens.kinds);
      return priceFor(now, tokens) ? null : cost;
    });
    return {
      provider: first?.tokens.provider ?? "",
      model: first?.tokens.model ?? "",
      before: summed(days.map((each) => each.cost)),
      after: summed(after),
    };
  });
  return found.filter(({ before, after }) =>
    before === null || after === null ? before !== after : Math.abs(after - before) > ROUNDING,
  );
}

const summed = (values: readonly (number | null)[]): number | null =>
  values.some((each) => each !== null) ? values.reduce<number>((all, each) => all + (each ?? 0), 0) : null;
