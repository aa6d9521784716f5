import { expect, test } from "vitest";

import { heldBy, postingWords, spentBy } from "./postings";

const told = (topic: string, payload: unknown) => ({ topic, payload: JSON.stringify(payload), erased: false });
const HALF = { nano_dollars: 500_000_000, tokens: 1200 };

test.each([
  [told("BudgetCharged", { spent: HALF, calls: 2 }), "$0.50, 1,200 tokens spent by 2 calls"],
  [
    told("BudgetSettled", { spent: { tokens: 7 }, reserved: { nano_dollars: 0, tokens: 9 } }),
    "7 tokens spent, of 9 tokens reserved",
  ],
  [told("BudgetReleased", { amount: HALF, expired: true }), "$0.50, 1,200 tokens given back: its time ran out"],
  [told("BudgetExhausted", { wanted: { nano_dollars: 0, tokens: 0 } }), "Used up"],
  [told("BudgetExhausted", { wanted: HALF }), "Used up: $0.50, 1,200 tokens did not fit any more"],
  [told("BudgetAnswered", { answer: "let_on", reason: "go on" }), "Answered: let on without a limit: go on"],
  [
    told("BudgetTermsApplied", { account: { terms: { nano_dollars: 2e9, tokens: null } } }),
    "Changed: $2.00 from now on",
  ],
  [told("BudgetFrozen", {}), "Budget frozen"],
  [{ topic: "BudgetCharged", payload: null, erased: true }, "Budget charged (erased)"],
])("%j is said", (event, said) => {
  expect(postingWords(event)).toBe(said);
});

test("what was spent by then is told with each", () => {
  expect(spentBy(told("BudgetCharged", { account: { spent: HALF } }))).toBe("$0.50, 1,200 tokens");
  expect(spentBy(told("BudgetSet", {}))).toBe("");
});

test("a session is held until it is let go by the same budget", () => {
  const event = (position: number, topic: string, session: string, budget: string) => ({
    ...told(topic, { budget_id: budget }),
    position,
    sessionId: session,
  });
  const events = [
    event(3, "SessionLetGo", "one", "a"),
    event(1, "SessionHeld", "one", "a"),
    event(2, "SessionHeld", "two", "a"),
    event(4, "SessionLetGo", "two", "b"),
    event(5, "SessionHeld", "three", "b"),
  ];
  expect([...heldBy("a", events)]).toEqual(["two"]);
});
