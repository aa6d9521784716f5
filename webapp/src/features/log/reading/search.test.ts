import { expect, test } from "vitest";

import { exportAddress, filterOf, isNarrowed, validateSearch } from "./search";

const ID = "019abcde-0000-7000-8000-000000000001";

test("an address is read, and what cannot be is left out", () => {
  const search = { topics: ["CommandLost", 3], by: "user:x", session: ID.toUpperCase(), since: "2026-11-26", from: 9 };
  expect(validateSearch({ ...search, stream: "<script>", until: "x", event: -1, other: 1 })).toEqual({
    topics: ["CommandLost"],
    by: "user:x",
    session: ID,
    since: "2026-11-26T00:00:00.000Z",
    from: 9,
  });
  expect(validateSearch({ topics: "x", by: "", from: "9" })).toEqual({});
});

test("a search is a filter of the API's", () => {
  const filter = filterOf({ by: "system:worker:a", session: ID, request: ID }, "P");
  expect(filter).toMatchObject({ projectId: "P", actorKind: "system", actorId: "worker:a", correlationId: ID });
  expect(atob(filter.sessionId ?? "")).toBe(`Session:${ID}`);
  expect(filterOf({ by: "user" }, undefined)).toMatchObject({ actorKind: "user", actorId: undefined });
});

test("where one looks is no narrowing", () => {
  expect([isNarrowed({ from: 3, event: 4 }), isNarrowed({ by: "user" })]).toEqual([false, true]);
});

test("a download has the same filter, with what is in it encoded", () => {
  expect(exportAddress({}, "jsonl")).toBe("/log/events.jsonl");
  expect(exportAddress({ topics: ["A", "B"], actorId: "a&b" }, "cloudevents")).toBe(
    "/log/events.cloudevents?topic=A&topic=B&actor_id=a%26b",
  );
});
