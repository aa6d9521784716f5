import { factsOf, nameOf } from "@/shared/events/words";
import { counted } from "@/shared/text/counts";

import { type Amount, amountWords } from "./amounts";

interface Told {
  readonly topic: string;
  readonly payload: string | null;
  readonly erased: boolean;
}

type Facts = Record<string, unknown>;

const NANO = 1e9;

function amountIn(value: unknown): Amount {
  const { nano_dollars: nano, tokens } = (value ?? {}) as Facts;
  return {
    usd: typeof nano === "number" && nano !== 0 ? String(nano / NANO) : null,
    tokens: typeof tokens === "number" && tokens !== 0 ? tokens : null,
  };
}

const said = (value: unknown): string => amountWords(amountIn(value)) || "nothing";

const ANSWERS: Record<string, string> = {
  raise: "raised",
  let_on: "let on without a limit",
  keep_closed: "kept closed",
};

const WORDS: Record<string, (facts: Facts) => string> = {
  BudgetPeriodOpened: () => "The period began",
  BudgetReserved: (facts) => `${said(facts.amount)} reserved`,
  BudgetSettled: (facts) => `${said(facts.spent)} spent, of ${said(facts.reserved)} reserved`,
  BudgetReleased: (facts) => `${said(facts.amount)} given back${facts.expired === true ? ": its time ran out" : ""}`,
  BudgetCharged: (facts) => `${said(facts.spent)} spent by ${counted(Number(facts.calls) || 0, "call")}`,
  BudgetExhausted: (facts) => {
    const wanted = amountWords(amountIn(facts.wanted));
    return wanted ? `Used up: ${wanted} did not fit any more` : "Used up";
  },
  BudgetAnswered: (facts) => {
    const reason = typeof facts.reason === "string" && facts.reason ? `: ${facts.reason}` : "";
    return `Answered: ${ANSWERS[String(facts.answer)] ?? String(facts.answer)}${reason}`;
  },
  BudgetTermsApplied: (facts) => `Changed: ${termsIn((facts.account as Facts | undefined)?.terms)} from now on`,
};

/** Of a limit: of what is limited, also where that is nothing. */
function termsIn(value: unknown): string {
  const limits = amountIn(value);
  return amountWords(limits) || "another limit";
}

/** What an event of a budget's ledger says. Others may have written a part of it. */
export function postingWords({ topic, payload, erased }: Told): string {
  if (erased && !payload) return `${nameOf(topic)} (erased)`;
  return WORDS[topic]?.(factsOf(payload)) ?? nameOf(topic);
}

/** What was spent in the period by then. */
export const spentBy = ({ payload }: Told): string =>
  amountWords(amountIn((factsOf(payload).account as Facts | undefined)?.spent));

export interface Hold {
  readonly topic: string;
  readonly position: number;
  readonly sessionId: string | null;
  readonly payload: string | null;
}

/** The sessions that a budget holds, by what was said of it last. */
export function heldBy(budgetUuid: string, events: readonly Hold[]): Set<string> {
  const held = new Set<string>();
  for (const { topic, sessionId, payload } of events.toSorted((one, other) => one.position - other.position)) {
    if (!sessionId || factsOf(payload).budget_id !== budgetUuid) continue;
    if (topic === "SessionHeld") held.add(sessionId);
    else held.delete(sessionId);
  }
  return held;
}
