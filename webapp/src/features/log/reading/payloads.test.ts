import { expect, test } from "vitest";

import { actor, pretty, reasonFor } from "./payloads";

test("a payload that is no JSON stays as it is", () => {
  expect(pretty("no json")).toBe("no json");
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
});

test("the reason of an erasure is found by position", () => {
  const payload = JSON.stringify({ reason: "leaked", events: [{ position: 4 }, null] });
  expect([reasonFor(4, payload), reasonFor(5, payload), reasonFor(4, '{"events":1}')]).toEqual([
    "leaked",
    undefined,
    undefined,
  ]);
});

test("an actor is said shortly", () => {
  expect(actor("system", "worker:a")).toBe("worker:a");
  expect(actor("user", "019abcde-0000-7000-8000-0000000000aa")).toBe("user 000000aa");
  expect(actor("author", "A <a@b>")).toBe("A <a@b>");
});
