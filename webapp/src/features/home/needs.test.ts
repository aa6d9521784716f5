import { expect, test } from "vitest";

import type { HomeSessionFragment } from "./api/HomeSession.generated";
import type { ProjectNeedsQuery } from "./api/ProjectNeeds.generated";
import { ofProjects, ofSessions, sorted } from "./needs";

const deck = { id: "p", name: "deck" };
const session = (title: string, endedAt: string) =>
  ({
    id: title,
    title,
    state: "LOST",
    reason: "the worker is gone",
    nextStep: "Resume it.",
    endedAt,
    openedAt: endedAt,
    project: deck,
  }) as HomeSessionFragment;
const needs = (conflicts: number, state: "IN_STEP" | "FAILING") =>
  ({
    project: { ...deck, taskSync: { conflicts, state, error: "no branch", nextStep: "Name one.", failedAt: null } },
  }) as ProjectNeedsQuery;

test("a session that was lost lately needs attention, one of last month does not", () => {
  const now = Date.parse("2026-11-26T12:00:00Z");
  const found = ofSessions([session("new", "2026-11-26T11:00:00Z"), session("old", "2026-10-26T11:00:00Z")], now);
  expect(found.map(({ title, detail }) => [title, detail])).toEqual([
    ["new was lost", "the worker is gone Resume it."],
  ]);
});

test("conflicts and files that are not in step are two things", () => {
  expect(ofProjects([needs(2, "FAILING")]).map((each) => each.title)).toEqual([
    "2 conflicts of tasks",
    "Task files are not in step",
  ]);
  expect(ofProjects([needs(0, "IN_STEP"), { project: null }])).toEqual([]);
});

test("the worst come first, of those the newest", () => {
  const need = (key: string, urgency: "bad" | "warn", at: string) => ({
    key,
    urgency,
    at,
    kind: "alert" as const,
    title: "",
    detail: "",
    project: null,
  });
  expect(
    sorted([need("a", "warn", "3"), need("b", "bad", "1"), need("c", "bad", "2")]).map((each) => each.key),
  ).toEqual(["c", "b", "a"]);
});
