import { expect, test } from "vitest";

import type { BudgetRowFragment } from "./api/BudgetRow.generated";
import { chosen, covered, sorted, stateOf, titleOf } from "./words";

const budget = (more: Partial<BudgetRowFragment>, now: Partial<BudgetRowFragment["now"]> = {}): BudgetRowFragment =>
  ({
    covers: "EVERYTHING",
    every: "DAY",
    persona: null,
    subjectId: null,
    subjectName: null,
    removedAt: null,
    project: { id: "p", name: "deck" },
    ...more,
    now: { standing: "OPEN", near: false, share: 0, ...now },
  }) as BudgetRowFragment;

test.each([
  [budget({}), "all of deck"],
  [budget({ project: null }), "all projects"],
  [budget({ covers: "PERSONA", persona: "reviewer" }), "persona reviewer"],
  [budget({ covers: "TASK", subjectName: "T-17" }), "task T-17"],
  [budget({ covers: "SESSION", subjectId: btoa("Session:0000-12345678") }), "session 12345678"],
])("what it covers is said", (given, said) => {
  expect(covered(given)).toBe(said);
});

test("its title says what it covers and how long it is for", () => {
  expect(titleOf(budget({ every: "ALL_TIME" }))).toBe("All of deck, in all");
});

test("the state is that of the period, but a removed one is removed", () => {
  expect(stateOf(budget({}, { near: true }))).toBe("near");
  expect(stateOf(budget({}, { near: true, standing: "ASKING" }))).toBe("asks");
  expect(stateOf(budget({ removedAt: "2026-01-01" }, { standing: "ASKING" }))).toBe("removed");
});

test("what asks comes first, then what is further", () => {
  const [asks, half, most] = [
    budget({ persona: "a", covers: "PERSONA" }, { standing: "ASKING" }),
    budget({}, { share: 0.5 }),
    budget({}, { share: 0.7 }),
  ];
  expect(sorted([half, most, asks])).toEqual([asks, most, half]);
  expect(chosen([half, most, asks], "urgent", "")).toEqual([asks]);
  expect(chosen([half, most, asks], "all", " PERSONA A")).toEqual([asks]);
});
