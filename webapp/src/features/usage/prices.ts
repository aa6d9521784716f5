import type { ModelPriceInput } from "@/shared/graphql/schema.generated";

import type { PriceTableShownFragment } from "./api/PriceTableShown.generated";

export type Price = PriceTableShownFragment["prices"][number];
/** As they are typed; empty: not said. */
export type Draft = Record<keyof Price, string> & { key: number };

export const AMOUNTS = ["input", "output", "cacheRead", "cacheCreation", "reasoning"] as const;
const DECIMAL = /^\d{1,6}(?:\.\d{1,6})?$/;
const MOST_DOLLARS = 100_000;

let made = 0;
export const draftOf = (price?: Price): Draft => {
  made += 1;
  const { provider = "", model = "", since } = price ?? {};
  const amounts = Object.fromEntries(AMOUNTS.map((name) => [name, price?.[name] ?? ""])) as Record<
    (typeof AMOUNTS)[number],
    string
  >;
  return { key: made, provider, model, ...amounts, since: since ?? "" };
};

type Wrong = Partial<Record<keyof Price, string>>;

/** What the API would refuse, said beside where it is typed. */
export function wrongIn(draft: Draft, all: readonly Draft[]): Wrong {
  const wrong: Wrong = {};
  for (const name of ["provider", "model"] as const) {
    const text = draft[name].trim();
    if (!text) wrong[name] = "is missing";
    else if (text.slice(0, -1).includes("*") || (name === "provider" && text.includes("*")))
      wrong[name] = name === "model" ? "* stands at the end alone" : "has no *";
  }
  for (const name of AMOUNTS) {
    const text = draft[name].trim();
    const needed = name === "input" || name === "output";
    if (!text && needed) wrong[name] = "is missing";
    else if (text && !(DECIMAL.test(text) && Number(text) <= MOST_DOLLARS)) wrong[name] = "as 2.50, up to 6 decimals";
  }
  const same = (other: Draft) =>
    other.key < draft.key &&
    other.provider.trim() === draft.provider.trim() &&
    other.model.trim() === draft.model.trim() &&
    moment(other.since) === moment(draft.since);
  if (draft.since && Number.isNaN(Date.parse(draft.since))) wrong.since = "is no time";
  if (!wrong.model && all.some(same)) wrong.model = "is there already";
  return wrong;
}

const moment = (since: string): string | null =>
  since && !Number.isNaN(Date.parse(since)) ? new Date(since).toISOString() : null;

/** As the API takes it. */
export function inputOf(draft: Draft): ModelPriceInput {
  const amount = (name: (typeof AMOUNTS)[number]) => draft[name].trim() || null;
  return {
    provider: draft.provider.trim(),
    model: draft.model.trim(),
    input: draft.input.trim(),
    output: draft.output.trim(),
    cacheRead: amount("cacheRead"),
    cacheCreation: amount("cacheCreation"),
    reasoning: amount("reasoning"),
    since: moment(draft.since),
  };
}

/** Of each kind, by day, of a model of a provider. */
export interface Tokens {
  provider: string;
  model: string;
  at: number;
  kinds: Readonly<Record<(typeof AMOUNTS)[number], number>>;
}

/** The price for tokens: that of the longest name, an exact one before, and of those the latest. */
export function priceFor(prices: readonly ModelPriceInput[], { provider, model, at }: Tokens) {
  const fits = (price: ModelPriceInput) =>
    price.provider === provider &&
    (price.model.endsWith("*") ? model.startsWith(price.model.slice(0, -1)) : price.model === model) &&
    (!price.since || Date.parse(price.since) <= at);
  const rank = (price: ModelPriceInput): [number, number, number] => [
    price.model.endsWith("*") ? 0 : 1,
    price.model.length,
    price.since ? Date.parse(price.since) : -Infinity,
  ];
  const above = (one: number[], other: number[]): boolean => {
    const at = one.findIndex((each, index) => each !== other[index]);
    return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
  };
  return prices
    .filter(fits)
    .reduce<ModelPriceInput | undefined>(
      (best, price) => (!best || above(rank(price), rank(best)) ? price : best),
      undefined,
    );
}

/** In nano-dollars, to what a number can hold; a kind without a price costs as the one that it is part of. */
export function costOf(price: ModelPriceInput, kinds: Tokens["kinds"]): number {
  const otherwise = {
    input: price.input,
    output: price.output,
    cacheRead: price.input,
    cacheCreation: price.input,
    reasoning: price.output,
  };
  return AMOUNTS.reduce((all, name) => all + kinds[name] * Number(price[name] ?? otherwise[name]) * 1000, 0);
}
