import { expect, test } from "vitest";

import { isAnswered, outcome, type Sync } from "./sync";

const sync = (parts: Partial<Sync>): Sync =>
  ({ state: "IN_STEP", commit: "0123456789abcdef", read: 1, written: 2, conflicts: 0, answered: 4, ...parts }) as Sync;

test("what came of it is told as by qd", () => {
  expect(outcome(sync({}))).toBe("In step at commit 0123456789ab: 1 task read, 2 tasks written, no conflicts.");
  expect(outcome(sync({ conflicts: 1, read: 0 }))).toContain("0 tasks read, 2 tasks written, 1 conflict.");
  expect(outcome(sync({ state: "FAILING", error: "No such branch.", nextStep: "Name one." }))).toBe(
    "No such branch. Name one.",
  );
});

test("a request is answered when nothing of it is on its way", () => {
  expect(isAnswered(sync({}), 4)).toBe(true);
  expect(isAnswered(sync({}), 5)).toBe(false);
  expect(isAnswered(sync({ state: "WAITING" }), 4)).toBe(false);
});
