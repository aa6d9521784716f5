import { whole } from "@/shared/text/counts";
import { dollars } from "@/shared/text/money";

/** Dollars, tokens, or both; null where that is not limited. */
export interface Amount {
  readonly usd: string | null;
  readonly tokens: number | null;
}

/** In words, of what `like` limits; both where it is left out. */
export function amountWords(told: Amount, like: Amount = told): string {
  const parts = [
    told.usd !== null && like.usd !== null && dollars(told.usd),
    told.tokens !== null && like.tokens !== null && `${whole(told.tokens)} tokens`,
  ];
  return parts.filter(Boolean).join(", ");
}

const SIZES: Record<string, number> = { "": 1, k: 1e3, m: 1e6, b: 1e9 };
const MOST_TOKENS = 1e15;
const MOST_DOLLARS = 100_000_000;

/** What was typed, as the API takes it; `wrong` says what to write instead. Nothing typed is no limit. */
export type Typed<Value> = { readonly value?: Value; readonly wrong?: string };

export function dollarsTyped(text: string): Typed<string> {
  const plain = text.trim().replace(/^\$/, "").replaceAll(",", "");
  if (plain === "") return {};
  if (!/^\d{1,12}(?:\.\d{1,9})?$/.test(plain)) return { wrong: "Write dollars as 20 or 0.5, with up to 9 decimals." };
  if (Number(plain) === 0) return { wrong: "A budget is more than nothing." };
  if (Number(plain) > MOST_DOLLARS) return { wrong: "A hundred million dollars is the most." };
  return { value: plain };
}

export function tokensTyped(text: string): Typed<number> {
  const plain = text.trim().replaceAll(/[,_ ]/g, "").toLowerCase();
  if (plain === "") return {};
  const { number, size = "" } = /^(?<number>\d{1,16}(?:\.\d{1,9})?)(?<size>[kmb]?)$/.exec(plain)?.groups ?? {};
  if (number === undefined) return { wrong: "Write tokens as 500000, 500k or 5M." };
  const value = Math.round(Number(number) * (SIZES[size] ?? 1));
  if (value === 0) return { wrong: "A budget is more than nothing." };
  if (value > MOST_TOKENS) return { wrong: "10^15 tokens is the most." };
  return { value };
}
