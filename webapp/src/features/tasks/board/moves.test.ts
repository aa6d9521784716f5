import { expect, test } from "vitest";

import type { Card } from "./columns";
import { canForce, moveOf, toStatus } from "./moves";

const claim = { number: 2, holderId: "ada", holderName: "ada", sessionId: null, claimedAt: "", expiresAt: "" };
const card = (parts: Partial<Card> = {}): Card =>
  ({
    status: "OPEN",
    labels: [],
    ownerId: null,
    ownerName: null,
    claim: null,
    waitsFor: [],
    revision: 3,
    ...parts,
  }) as Card;

test("a card that is put where it was goes nowhere", () => {
  expect(moveOf(card(), "STATUS", "open", "open")).toBeUndefined();
  expect(toStatus(card(), "open")).toBeUndefined();
});

test("each status is come to in its own way", () => {
  const steps = (parts: Partial<Card>, to: string) => moveOf(card(parts), "STATUS", "", to)?.steps;
  expect(steps({}, "claimed")).toEqual([{ does: "claim" }]);
  expect(steps({}, "done")).toEqual([{ does: "status", status: "DONE" }]);
  expect(steps({ status: "CLAIMED", claim }, "open")).toEqual([{ does: "release", claim: 2 }]);
  expect(steps({ status: "DONE" }, "open")).toEqual([{ does: "status", status: "OPEN" }]);
  expect(steps({ status: "DONE" }, "in_progress")).toEqual([{ does: "status", status: "IN_PROGRESS" }]);
});

test("what cannot be done without more is asked for", () => {
  expect(moveOf(card(), "STATUS", "open", "blocked")?.needs).toBe("reason");
  expect(moveOf(card(), "STATUS", "open", "in_progress")).toMatchObject({
    needs: "owner",
    steps: [{ does: "claim" }, { does: "status", status: "IN_PROGRESS" }],
  });
  expect(moveOf(card({ ownerId: "bo" }), "STATUS", "open", "in_progress")?.needs).toBeUndefined();
});

test("by label, the one that it comes from goes and the one that it comes to is there once", () => {
  const labelled = (from: string | null, to: string | null) =>
    moveOf(card({ labels: ["bug", "ui"] }), "LABEL", from, to)?.becomes.labels;
  expect(labelled("bug", "docs")).toEqual(["ui", "docs"]);
  expect(labelled("bug", "ui")).toEqual(["ui"]);
  expect(labelled("ui", null)).toEqual(["bug"]);
});

test("by owner, it is assigned to somebody or nobody", () => {
  expect(moveOf(card({ ownerName: "bo" }), "OWNER", "bo", null)).toMatchObject({
    steps: [{ does: "assign", owner: null }],
    becomes: { ownerName: null, assigned: false },
  });
});

test.each([
  ["what another holds", { claim }, "done", "bo", true],
  ["what one holds oneself", { claim }, "done", "ada", false],
  ["to claim what waits", { waitsFor: [1] }, "claimed", "bo", true],
  ["to claim what another holds", { claim, status: "IN_PROGRESS" }, "claimed", "bo", false],
  ["what nobody holds", {}, "done", "bo", false],
] as const)("%s can be forced or not", (_, parts, to, viewer, forced) => {
  const move = toStatus(card(parts as Partial<Card>), to);
  expect(move && canForce(move, viewer)).toBe(forced);
});
