import { expect, test } from "vitest";

import { ending, failed, type Finished, isWorthTelling } from "./finished";

const command = (more: Partial<Finished> = {}): Finished => ({
  id: "c",
  text: "make test",
  state: "FINISHED",
  endReason: "EXITED",
  exitCode: 0,
  wallMs: 60_000,
  requestedById: "ada",
  session: { id: "s", title: "", project: { id: "p", name: "deck" } },
  ...more,
});
const told = (more: Partial<Finished>, path = "/") => isWorthTelling(command(more), "ada", path, "1f-2e");

test("one's own command that took long, or failed, is told", () => {
  expect(told({})).toBe(true);
  expect(told({ wallMs: 10 })).toBe(false);
  expect(told({ wallMs: 10, exitCode: 2 })).toBe(true);
  expect(told({ wallMs: 10, state: "LOST", endReason: null, exitCode: null })).toBe(true);
  expect(told({ requestedById: "another ada" })).toBe(false);
  expect(told({ requestedById: null })).toBe(false);
});

test("nothing is told of the session that is on the page", () => {
  expect(told({}, "/p/deck/sessions/1f-2e")).toBe(false);
});

test.each([
  [{}, "Done", false],
  [{ exitCode: 3 }, "Failed with exit 3", true],
  [{ endReason: "TIMED_OUT" as const, exitCode: null }, "Timed out", true],
  [{ endReason: "CANCELLED" as const, exitCode: null }, "Cancelled", false],
])("%o is said as %s", (more, words, bad) => {
  expect(ending(command(more))).toBe(words);
  expect(failed(command(more))).toBe(bad);
});
