import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import { targetOf } from "./links";

const UUID = "01a218b4-98ef-7287-b6fa-aee7c267fa13";
const COMMIT = "0123456789abcdef0123456789abcdef01234567";

test("what was pasted is an id or a commit", () => {
  expect(targetOf("session", ` ${UUID} `)).toEqual({ sessionId: globalId("Session", UUID) });
  expect(targetOf("command", globalId("Command", UUID))).toEqual({ commandId: globalId("Command", UUID) });
  expect(targetOf("commit", COMMIT.toUpperCase())).toEqual({ commit: COMMIT });
});

test.each([
  ["session", "c267fa13"],
  ["session", globalId("Command", UUID)],
  ["command", ""],
  ["commit", "HEAD"],
] as const)("%s is not named by %j", (kind, text) => {
  expect(targetOf(kind, text)).toBeUndefined();
});
