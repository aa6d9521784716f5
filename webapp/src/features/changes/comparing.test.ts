import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import type { ComparedCommandFragment } from "./api/ComparedCommand.generated";
import type { CompareSessionsQuery } from "./api/CompareSessions.generated";
import { commonOf, kinOf, ranInBoth } from "./comparing";

type Comparison = CompareSessionsQuery["compareSessions"];
type Side = Comparison["a"];

const [A, B, C] = ["a", "b", "c"].map((each) => globalId("Session", each.repeat(8))) as [string, string, string];

const side = (id: string, part: Partial<Side> = {}, baseCommit = "0123456789abcdef"): Side =>
  ({ session: { id, baseCommit }, leftAncestorAt: null, ...part }) as Side;

const left = (moment: "BEFORE" | "AFTER"): Partial<Side> => ({
  leftAncestorAt: { commandId: globalId("Command", "d".repeat(8)), moment },
});

test("sessions of one commit that are no forks of one another have that in common", () => {
  const found = commonOf({ a: side(A), b: side(B), sameBase: true, ancestorId: null });

  expect(found).toEqual(["Both started from commit 0123456789ab."]);
});

test("a fork says where it left what it was forked from", () => {
  const found = commonOf({ a: side(A), b: side(B, left("BEFORE")), sameBase: true, ancestorId: A });

  expect(found.slice(1)).toEqual([
    "aaaaaaaa is what the other one was forked from.",
    "bbbbbbbb goes back to session aaaaaaaa before command dddddddd.",
  ]);
});

test("two forks of a third say so both, and other commits are named", () => {
  const found = commonOf({
    a: side(A, left("AFTER")),
    b: side(B, left("AFTER"), "fedcba9876543210"),
    sameBase: false,
    ancestorId: C,
  });

  expect(found).toEqual([
    "They started from different commits: 0123456789ab and fedcba987654.",
    "aaaaaaaa goes back to session cccccccc after command dddddddd.",
    "bbbbbbbb goes back to session cccccccc after command dddddddd.",
  ]);
});

test.each([
  [{ sessionId: A }, null, "its forks"],
  [null, { sessionId: B }, "what it was forked from"],
  [{ sessionId: C }, { sessionId: C }, "other forks of that"],
  [null, null, "others"],
])("what was forked from %j is to one from %j of %s", (theirs, own, kin) => {
  const listed = { id: B, title: "", state: "READY", ownerName: "", openedAt: "", forkedFrom: theirs } as const;

  expect(kinOf(listed, { id: A, forkedFrom: own })).toBe(kin);
});

const command = (id: string, text: string, exitCode: number): ComparedCommandFragment => ({
  id,
  text,
  exitCode,
  state: "FINISHED",
  endReason: "EXITED",
  signal: null,
  cancelling: false,
});

test("of what both ran the last run counts, what ended otherwise comes first, and what a fork took over is not compared", () => {
  const shared = command("0", "make", 0);
  const a = [shared, command("1", "pytest", 1), command("2", "ruff", 0), command("3", "pytest", 0)];
  const b = [shared, command("4", "ruff", 0), command("5", " pytest\n", 1), command("6", "ls", 0)];

  expect(ranInBoth(a, b).map((each) => [each.text, each.a.id, each.b.id])).toEqual([
    ["pytest", "3", "5"],
    ["ruff", "2", "4"],
  ]);
});
