import { describe, expect, test } from "vitest";

import { digestAfter, GENESIS, microseconds, sha256 } from "./chain";
import vectors from "./vectors.json";
import { walk, type Walked } from "./walk";

const events = vectors.events;
const page = (after: number) => Promise.resolve(events.slice(after, after + 2));
const all = { from: GENESIS, to: 3, page, told: () => undefined, stopped: () => false };

test("digests are those that the server makes, whatever is left out of an event", async () => {
  let before = GENESIS.digest;
  for (const event of events) {
    expect(await digestAfter(before, event)).toBe(event.digest);
    before = event.digest;
  }
  expect(await sha256(events[0]?.payload ?? "")).toBe(events[0]?.payloadDigest);
});

test("microseconds are read whole", () => {
  expect(microseconds("2000-01-01T00:00:01.000001+00:00")).toBe(1_000_001);
  expect(microseconds("2000-01-01T00:00:01+00:00")).toBe(1_000_000);
});

describe("a walk", () => {
  test("goes over pages to the end, past holes, and says so after each", async () => {
    const told: Walked[] = [];
    const walked = await walk({ ...all, told: (each) => told.push(each) });
    expect(walked).toEqual({ head: { position: 3, digest: events[2]?.digest }, checked: 3, erased: 1 });
    expect(told.map((each) => each.checked)).toEqual([2, 3]);
  });

  test("begins anywhere, and ends when it is told to", async () => {
    const from = { position: 1, digest: events[0]?.digest ?? "" };
    expect((await walk({ ...all, from, to: 2 })).checked).toBe(1);
    expect((await walk({ ...all, stopped: () => true })).checked).toBe(0);
  });

  const changed = (position: number, change: object) => ({
    ...all,
    page: async (after: number) =>
      (await page(after)).map((event) => (event.position === position ? { ...event, ...change } : event)),
  });

  test.each([
    [{ topic: "CommandLost" }, "changed"],
    [{ recordedAt: "2026-11-26T16:00:01.999998+00:00" }, "changed"],
    [{ actorId: "somebody" }, "changed"],
    [{ payload: '{"exit_code":1}' }, "payload"],
    [{ position: 9 }, "missing"],
  ])("finds that event 2 has %o", async (change, detail) => {
    const walked = await walk(changed(2, change));
    expect(walked.checked).toBe(1);
    expect(walked.fault?.position).toBe(2);
    expect(walked.fault?.detail).toContain(detail);
  });

  test("finds a log that was cut off, and one that was written anew", async () => {
    expect((await walk({ ...all, to: 4 })).fault?.detail).toContain("ends at 3");
    const known = { position: 2, digest: "ff".repeat(32) };
    expect((await walk({ ...all, known })).fault?.detail).toContain("written anew");
    expect((await walk({ ...all, known: { position: 2, digest: events[1]?.digest ?? "" } })).fault).toBeUndefined();
  });
});
