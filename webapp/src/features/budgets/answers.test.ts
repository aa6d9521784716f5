import fc from "fast-check";
import { expect, test } from "vitest";

import { answerInput, type Given, raises, wrongRaise } from "./answers";
import type { BudgetPeriodShownFragment } from "./api/BudgetPeriodShown.generated";

const now = {
  limit: { usd: "10", tokens: null },
  spent: { usd: "12", tokens: 300 },
} as BudgetPeriodShownFragment;
const given = (more: Partial<Given>): Given => ({ answer: "RAISE", usd: "", tokens: "", reason: "", ...more });

test("raises are round, rise, and are more than what is spent", () => {
  expect(raises(20, 21.3)).toEqual([32, 43, 110]);
  expect(raises(0.5, 0.1)).toEqual([0.75, 1, 2.5]);
  const size = fc.double({ min: 0.000_001, max: 1e8, noNaN: true });
  fc.assert(
    fc.property(size, size, (limit, spent) => {
      const found = raises(limit, spent);
      expect(found).toEqual(found.toSorted((one, other) => one - other));
      expect(found.every((each) => each > Math.max(limit, spent))).toBe(true);
    }),
  );
});

test("a raise is to more than what is spent", () => {
  expect(wrongRaise(given({ usd: "12" }), now)).toEqual({ usd: "That much is spent already." });
  expect(wrongRaise(given({}), now)).toEqual({ usd: "Say what it is raised to." });
  expect(wrongRaise(given({ usd: "30" }), now)).toEqual({});
  expect(wrongRaise(given({ answer: "LET_ON" }), now)).toEqual({});
});

test("an amount goes with a raise, and with nothing else", () => {
  expect(answerInput("b", given({ usd: "$30", reason: " longer " }))).toEqual({
    budgetId: "b",
    answer: "RAISE",
    reason: "longer",
    usd: "30",
    tokens: null,
  });
  expect(answerInput("b", given({ answer: "LET_ON", usd: "30" }))).toEqual({
    budgetId: "b",
    answer: "LET_ON",
    reason: "",
  });
});
