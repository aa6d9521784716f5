import { whole } from "@/shared/text/counts";
import { dollars } from "@/shared/text/money";

import type { Amount } from "./amounts";

interface Period {
  readonly limit: Amount;
  readonly spent: Amount;
  readonly reserved: Amount;
  readonly left: Amount;
}

/** One limit, and how far it is used. */
export interface Bar {
  unit: "dollars" | "tokens";
  /** Parts of the bar's whole length, which is the limit, or what is used where that is more. */
  spent: number;
  reserved: number;
  /** Where on the bar the limit is: 1, or less where more is used. */
  limitAt: number;
  /** Of the limit, that is spent: 1 is all. */
  share: number;
  /** In words: `$4.00`. */
  said: { spent: string; limit: string; reserved: string; left: string };
}

export function barsOf(period: Period): Bar[] {
  const bars: Bar[] = [];
  const usd = (amount: Amount) => Number(amount.usd ?? 0);
  const tokens = (amount: Amount) => amount.tokens ?? 0;
  if (period.limit.usd !== null) bars.push(bar("dollars", period, usd, dollars));
  if (period.limit.tokens !== null) bars.push(bar("tokens", period, tokens, whole));
  return bars;
}

function bar(unit: Bar["unit"], period: Period, of: (amount: Amount) => number, say: (value: number) => string): Bar {
  const [limit, spent, reserved] = [of(period.limit), of(period.spent), of(period.reserved)];
  const length = Math.max(limit, spent + reserved) || 1;
  return {
    unit,
    spent: spent / length,
    reserved: reserved / length,
    limitAt: limit / length,
    share: limit ? spent / limit : 0,
    said: {
      spent: say(spent),
      limit: say(limit),
      reserved: say(reserved),
      left: say(Math.max(0, limit - spent - reserved)),
    },
  };
}

/** `40%`; what is spent at all is not nothing, and what is left at all is not all. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return "<1%";
  if (share > 0.99 && share < 1) return "99%";
  return `${whole(Math.round(share * 100))}%`;
}
