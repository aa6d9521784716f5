import { expect, test } from "vitest";

import { changed, draftFor, meant, ran, told } from "./words";

test.each([
  ["OWNER", "null", "nobody"],
  ["BODY", '""', "none"],
  ["ESTIMATE", "90", "1 h 30 min"],
  ["DEPENDENCIES", "[3,4]", "T-3, T-4"],
  ["LABELS", "[]", "none"],
  ["ACCEPTANCE", '["one","two"]', "one\ntwo"],
  ["CLAIM", "2", "number 2"],
  ["CONFLICT", '{"field":"title"}', "title found"],
  ["CONFLICT", '{"field":null,"resolved":"file"}', "the task itself resolved: file"],
  ["LINK", '{"kind":"commit","target":"abc"}', "commit abc"],
  ["STATUS", '"in_progress"', "in progress"],
] as const)("%s %s is told as %j", (field, json, text) => {
  expect(told(field, json)).toBe(text);
});

test("what a session did is told in numbers", () => {
  const work = {
    session: "01a218b4-98ef-7287-b6fa-aee7c267fa13",
    how: "closed",
    files: 1,
    lines_added: 3,
    lines_removed: 0,
    commands: 2,
    failed: 1,
  };
  expect(told("WORK", JSON.stringify(work))).toBe("session c267fa13 closed: +3 -0 in 1 file, 2 commands, 1 failed");
  expect([changed(null, null, null), changed(0, 0, 0), changed(2, null, null), ran(0, 0)]).toEqual([
    "no files",
    "no change",
    "2 files changed",
    "no commands",
  ]);
});

test.each([
  ["LABELS", '["a","b"]'],
  ["ACCEPTANCE", '["one","two, too"]'],
  ["DEPENDENCIES", "[3,4]"],
  ["ESTIMATE", "90"],
  ["ESTIMATE", "0"],
  ["OWNER", "null"],
  ["OWNER", '"Ada Lovelace"'],
  ["STATUS", '"in_progress"'],
  ["PRIORITY", '"high"'],
  ["TITLE", '"none"'],
  ["BODY", '"a\\nb"'],
] as const)("%s %s comes back as it was told", (field, json) => {
  expect(meant(field, draftFor(field, json))).toBe(json);
});

test.each([
  ["STATUS", "gone"],
  ["PRIORITY", "soon"],
  ["ESTIMATE", "long"],
  ["DEPENDENCIES", "T-1, mast"],
] as const)("%s cannot be %j", (field, text) => {
  expect(meant(field, text)).toBeUndefined();
});
