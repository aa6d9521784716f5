import { expect, test } from "vitest";

import { byOffset, decoded, type OutputMessage } from "./output";

const cursor = byOffset<OutputMessage>();
const chunk = (offset: number, text: string, kind = "OUTPUT"): OutputMessage => ({
  __typename: "OutputChunk",
  kind,
  offset,
  data: btoa(text),
});
const text = (message: OutputMessage | undefined) =>
  message?.__typename === "OutputChunk" ? new TextDecoder().decode(decoded(message.data)) : undefined;

test.each([
  [0, "ahoy", 4, "ahoy"],
  [2, "ahoy", 4, "oy"],
  [3, "ahoy", 4, "y"],
])("beyond offset %d of %j it goes on at %d with %j", (at, all, end, rest) => {
  const beyond = cursor.beyond(chunk(0, all), at);
  expect(beyond?.at).toBe(end);
  expect(text(beyond?.message)).toBe(rest);
});

test("what was had already is dropped", () => {
  expect(cursor.beyond(chunk(0, "ahoy"), 4)).toBeUndefined();
});

test("frames that are no output move nothing", () => {
  expect(cursor.beyond(chunk(4, "80x24", "RESIZE"), 4)?.at).toBe(4);
});

test("it is live from the mark on", () => {
  expect(cursor.isCaughtUp?.(chunk(0, "ahoy"))).toBe(false);
  expect(cursor.isCaughtUp?.({ __typename: "CaughtUp", offset: 4 })).toBe(true);
});
