import { expect, test } from "vitest";

import { globalId } from "@/shared/text/ids";

import { meant, shortIn, taskMeant } from "./jumps";

const UUID = "01a218b4-98ef-7287-b6fa-aee7c267fa13";

test("a bare id may be of a session, a command, a task or a report", () => {
  expect(meant(` ${UUID.toUpperCase()} `)).toEqual(
    ["Session", "Command", "Task", "Report"].map((kind) => globalId(kind, UUID)),
  );
});

test("a global id is what it says", () => {
  expect(meant(globalId("Command", UUID))).toEqual([globalId("Command", UUID)]);
});

test.each(["deck", "", globalId("Token", UUID), "c267fa13"])("%j is no id to go to", (text) => {
  expect(meant(text)).toEqual([]);
});

test.each([
  [" C267FA13 ", "c267fa13"],
  ["aee7-c267fa13", "aee7c267fa13"],
  ["facade", undefined],
  [UUID, undefined],
  ["harbours", undefined],
])("%j has the short id %s", (text, digits) => {
  expect(shortIn(text)).toBe(digits);
});

test.each([
  ["T-17", 17],
  [" #t-17", 17],
  ["#17", 17],
  ["17", undefined],
  ["tea", undefined],
])("%j means task %j", (text, number) => {
  expect(taskMeant(text)).toBe(number);
});
