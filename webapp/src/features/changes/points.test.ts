import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import type { SessionPointsQuery } from "./api/SessionPoints.generated";
import type { SnapshotShownFragment } from "./api/SnapshotShown.generated";
import { originOf, pointId, pointIn, pointsOf, restorePoint } from "./points";

const UUID = "01a21988-6d9d-7406-84b2-68d6cb48e88f";
const TREE = "1c0b216d6a474a100d61b064a98722e27349de7f";

type Session = NonNullable<SessionPointsQuery["session"]>;

const snapshot = (part: Partial<SnapshotShownFragment>): SnapshotShownFragment => ({
  tree: TREE,
  recordedAt: "2026-01-01T00:00:01Z",
  filesChanged: 1,
  skippedTotal: 0,
  writtenBy: null,
  command: null,
  ...part,
});

const command = (uuid: string, text: string, part: { treeBefore?: string; state?: "RUNNING" } = {}) => ({
  node: {
    id: globalId("Command", uuid),
    text,
    state: "FINISHED" as const,
    endedAt: "2026-01-01T00:00:02Z",
    treeBefore: null,
    treeAfter: TREE,
    ...part,
  },
});

const session = (commands: Session["commands"]["edges"]): Session => ({
  id: "x",
  title: "",
  state: "READY",
  forkedFrom: null,
  setAside: [{ foundAt: "2026-01-01T00:00:09Z", workerId: "w\u202e", tree: "f".repeat(40), filesChanged: 1 }],
  commands: { edges: commands },
});

test.each([
  [UUID, UUID],
  [TREE, TREE],
  ["base", undefined],
  [`${UUID}x`, undefined],
  [7, undefined],
])("an address's %j is the point %j", (value, point) => {
  expect(pointIn(value)).toBe(point);
});

test("a command is asked for by its id, a tree by its name, and nothing is the server's usual", () => {
  expect([UUID, TREE, undefined].map(pointId)).toEqual([globalId("Command", UUID), TREE, null]);
});

test("points come newest first, once each; what a command left is named by it, also where it changed nothing", () => {
  const made = { id: globalId("Command", UUID), text: "make\nall", requestedBy: "ada" };
  const found = pointsOf(
    [snapshot({ recordedAt: "2026-01-01T00:00:00Z", tree: "0".repeat(40) }), snapshot({ command: made })],
    session([
      command(UUID, "make\nall"),
      command("e".repeat(8), "ls"),
      command("d".repeat(8), "top", { state: "RUNNING" }),
    ]),
  );

  expect(found.map((each) => each.label)).toEqual([
    "set aside by wU+202E",
    "after eeeeeeee: ls (changed nothing)",
    "after cb48e88f: make ⏎ all",
    "What it started with",
  ]);
});

test("who wrote a file from outside is named", () => {
  expect(originOf(snapshot({ writtenBy: "ada" }), false)).toBe("written by ada");
  expect(originOf(snapshot({}), false)).toBe("between commands");
});

test("a snapshot without a command is restored as the files before the next one, and not at all where there is none", () => {
  const next = command(UUID, "ls", { treeBefore: TREE });

  expect(restorePoint(snapshot({}), session([next]))).toEqual({ command: UUID, moment: "BEFORE" });
  expect(restorePoint(snapshot({}), session([]))).toBeUndefined();
  expect(restorePoint(snapshot({ command: { ...next.node, requestedBy: "" } }), session([]))?.moment).toBe("AFTER");
});
