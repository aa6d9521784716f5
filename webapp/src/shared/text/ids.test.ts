import fc from "fast-check";
import { expect, test } from "vitest";

import { endsWith, globalId, suffixOf, typeOf, uuidIn, uuidOf } from "./ids";

const UUID = "01a218b4-98ef-7287-b6fa-aee7c267fa13";

test.each([
  [UUID, UUID],
  [UUID.toUpperCase(), UUID],
  [UUID.replaceAll("-", ""), UUID],
  [globalId("Session", UUID), UUID],
  [globalId("Command", UUID), undefined],
  [globalId("Session", "x"), undefined],
  ["c267fa13", undefined],
  ["", undefined],
])("%s, where a session's id is wanted, is %s", (text, uuid) => {
  expect(uuidIn(text, "Session")).toBe(uuid);
});

test.each([
  ["c267fa13", "c267fa13"],
  ["AEE7-C267FA13", "aee7c267fa13"],
  ["a13", undefined],
  [UUID, undefined],
  ["harbour", undefined],
])("%s has the digits %s of an id's end", (text, digits) => {
  expect(suffixOf(text)).toBe(digits);
});

test("a global id gives back what it was made of, and every end of an id is one", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 4, max: 31 }), (uuid, many) => {
      const id = globalId("Task", uuid);
      expect([typeOf(id), uuidOf(id)]).toEqual(["Task", uuid]);
      expect(endsWith(id, suffixOf(uuid.replaceAll("-", "").slice(-many)) ?? "?")).toBe(true);
    }),
  );
});
