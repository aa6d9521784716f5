import { expect, test } from "vitest";

import type { BudgetRowFragment } from "./api/BudgetRow.generated";
import { inputOf, newTerms, revised, termsOf, wrongIn } from "./terms";

const known = {
  covers: "PERSONA",
  persona: "reviewer",
  subjectId: null,
  every: "WEEK",
  timeZone: "Europe/Berlin",
  limit: { usd: null, tokens: 5000 },
  atLimit: "WARN",
  warnPercent: 90,
  removedAt: null,
} as BudgetRowFragment;

test("what is there comes back as it was", () => {
  expect(wrongIn(termsOf(known))).toEqual({});
  expect(inputOf(termsOf(known), "p")).toEqual({
    projectId: "p",
    persona: "reviewer",
    every: "WEEK",
    timeZone: "Europe/Berlin",
    usd: null,
    tokens: 5000,
    atLimit: "WARN",
    warnPercent: 90,
  });
});

test("what cannot be is told at its field", () => {
  const terms = { ...newTerms("UTC"), covers: "TASK" as const, tokens: "many", warnPercent: "" };
  expect(Object.keys(wrongIn(terms))).toEqual(["subject", "tokens", "warnPercent"]);
  expect(wrongIn(newTerms("UTC")).usd).toMatch(/how many/);
});

test("a second one of the same scope and period revises the first", () => {
  const terms = termsOf(known);
  expect(revised(terms, [known])).toBe(known);
  expect(revised({ ...terms, every: "DAY" }, [known])).toBeUndefined();
  expect(revised({ ...terms, covers: "EVERYTHING" }, [known])).toBeUndefined();
});
