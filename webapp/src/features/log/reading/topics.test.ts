import { expect, test } from "vitest";

import { expanded, grouped } from "./topics";

const known = [
  { topic: "TaskCreated", noun: "task", schemaVersion: 1 },
  { topic: "SessionOpened", noun: "session", schemaVersion: 3 },
  { topic: "SessionLost", noun: "session", schemaVersion: 1 },
];

test("a whole noun is all of its topics, and others stay as they are", () => {
  expect(expanded(["session:all", "Later"], known)).toEqual(["SessionOpened", "SessionLost", "Later"]);
  expect(expanded(undefined, known)).toBeUndefined();
});

test("topics are offered by noun, also such as nobody knows", () => {
  const groups = grouped(known, ["Later", "TaskCreated"]);
  expect(groups.map((each) => each.group)).toEqual(["session", "task", "not known here"]);
  expect(groups[0]?.items.map((each) => each.value)).toEqual(["session:all", "SessionOpened", "SessionLost"]);
  expect(groups[2]?.items).toEqual([{ value: "Later", label: "Later" }]);
});
