import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { type Message, Run } from "./run";

const chunk = (offset: number, text: string, kind: "OUTPUT" | "ERROR" | "GAP" = "OUTPUT"): Message => ({
  __typename: "OutputChunk",
  kind,
  offset,
  timeUs: 1000 * (offset + 1),
  data: btoa(text),
});
const end = (offset: number): Message => ({ __typename: "OutputEnd", offset });
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function started(after = 0) {
  const written: string[] = [];
  const sink = {
    write: async (data: Uint8Array, error: boolean) => {
      await Promise.resolve();
      written.push(`${error ? "!" : ""}${new TextDecoder().decode(data)}`);
    },
    note: (text: string) => void written.push(`(${text})`),
  };
  return { run: new Run(after, sink), written };
}

test("what came is written, counted, and compared with what was recorded", async () => {
  const { run, written } = started();
  await run.take([chunk(0, "aho"), chunk(3, "y", "ERROR"), { __typename: "CaughtUp", offset: 4 }]);
  expect(run.now).toMatchObject({ bytes: 4, live: true, ended: false, printedMs: 4 });

  await run.take([chunk(4, "!"), end(5)]);

  expect(written).toEqual(["aho", "!y", "!"]);
  expect(run.now).toMatchObject({ bytes: 5, ended: true });
  expect(run.received.isAsRecorded(sha256("ahoy!"))).toBe(true);
  expect(run.received.isAsRecorded(sha256("ahoy?"))).toBe(false);
});

test("a gap is noted where it is, and nothing is said of the whole", async () => {
  const { run, written } = started();
  await run.take([chunk(0, "a"), chunk(1, "disk full", "GAP"), chunk(9, "b"), end(10)]);

  expect(written).toContain("(disk full)");
  expect(run.now.gaps).toEqual(["disk full"]);
  expect(run.received.isAsRecorded(sha256("ab"))).toBeUndefined();
});

test("of a part nothing is said of the whole", async () => {
  const { run } = started(3);
  await run.take([chunk(3, "y"), end(4)]);
  expect(run.received.isAsRecorded(sha256("y"))).toBeUndefined();
});

test("how late output came is known, and what is quiet since is not late", async () => {
  let clock = 5000;
  const run = new Run(0, { write: () => undefined, note: () => undefined }, () => clock);
  await run.take([chunk(0, "old")]);
  expect(run.now).toMatchObject({ printedMs: 1, cameMs: 5000 });

  await run.take([{ __typename: "CaughtUp", offset: 3 }]);
  clock = 900_000;
  expect(run.now.cameMs).toBeUndefined();

  await run.take([chunk(3, "new")]);
  expect(run.now).toMatchObject({ printedMs: 4, cameMs: 900_000 });
});

test("it is live only once all before is on the screen", async () => {
  const { run, written } = started();
  const taking = run.take([chunk(0, "\u001b[c"), { __typename: "CaughtUp", offset: 3 }]);
  expect(run.now.live).toBe(false);
  await taking;
  expect([run.now.live, written.length]).toEqual([true, 1]);
});
