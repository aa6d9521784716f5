import { expect, test } from "vitest";

import { actor, headline, pretty, reasonFor, told } from "./words";

test.each([
  ["CommandFinished", "Command finished"],
  ["weird-topic.v2", "weird-topic.v2"],
  ["", ""],
])("the topic %s reads %s", (topic, words) => {
  expect(headline(topic)).toBe(words);
});

test.each([
  ["CommandFinished", { exit_code: 1, reason: "exited" }, "exit 1"],
  ["CommandFinished", { exit_code: null, signal: "KILL", reason: "timed_out" }, "KILL, timed_out"],
  ["CommandRequested", { text: "make test", session_id: "x" }, "make test"],
  ["TaskCreated", { number: 3, fields: { title: "Mend it" } }, "#3 Mend it"],
  ["PayloadErased", { reason: "leaked", events: [{}, {}] }, "2 events: leaked"],
  ["SomethingNew", { deep: {} }, ""],
])("%s tells what matters of %o", (topic, payload, detail) => {
  expect(told(topic, JSON.stringify(payload)).detail).toBe(detail);
});

test("a payload that is not what it should be breaks nothing", () => {
  for (const payload of [null, "", "no json", "[1]", '"x"', '{"fields":1,"events":{}}'])
    for (const topic of ["TaskCreated", "PayloadErased", "CommandFinished", "Other"])
      expect(typeof told(topic, payload).detail).toBe("string");
  expect(pretty("no json")).toBe("no json");
});

test("the reason of an erasure is found by position", () => {
  const payload = JSON.stringify({ reason: "leaked", events: [{ position: 4 }] });
  expect([reasonFor(4, payload), reasonFor(5, payload)]).toEqual(["leaked", undefined]);
});

test("an actor is said shortly", () => {
  expect(actor("system", "worker:a")).toBe("worker:a");
  expect(actor("user", "019abcde-0000-7000-8000-0000000000aa")).toBe("user 000000aa");
  expect(actor("author", "A <a@b>")).toBe("A <a@b>");
});
