import { expect, test } from "vitest";

import { aboutAddress, causeSearch, requestSearch, sessionAddress } from "./addresses";

const ID = "019abcde-0000-7000-8000-000000000001";
const SESSION = btoa(`Session:${ID}`);

test("an event leads to the page of what it is about", () => {
  const at = (topic: string, sessionId?: string) => aboutAddress("a b", { topic, streamId: "s", sessionId })?.address;
  expect(at("CommandFinished", SESSION)).toBe(`/p/a%20b/sessions/${ID}/commands/s`);
  expect(at("SessionOpened", SESSION)).toBe(`/p/a%20b/sessions/${ID}`);
  expect(at("TaskCreated")).toBe("/p/a%20b/tasks");
  expect(at("UserRegistered")).toBeUndefined();
  expect(sessionAddress("x", ID)).toBe(`/p/x/sessions/${ID}`);
});

test("what led to an event is found by its stream, and a commit is none", () => {
  expect(causeSearch(`${ID}:4`)).toEqual({ stream: ID });
  expect(causeSearch("commit:0123456789")).toBeUndefined();
});

test("a request is looked for around its time", () => {
  expect(requestSearch("r", "2026-11-26T12:00:00.000001+00:00")).toEqual({
    request: "r",
    since: "2026-11-26T11:00:00.000Z",
    until: "2026-11-26T13:00:00.000Z",
  });
});
