import { expect, test } from "vitest";

import type { AlertWholeQuery } from "./api/AlertWhole.generated";
import { stepsOf } from "./timeline";

const alert = {
  since: "2026-11-26T20:00:00Z",
  raisedAt: "2026-11-26T20:05:00Z",
  summary: "failing commands 50 % > 20 %",
  acknowledgedAt: "2026-11-26T20:07:00Z",
  acknowledger: "ada",
  note: "I look at it",
  resolvedAt: "2026-11-26T21:00:00Z",
  resolution: "recovered",
  deliveries: [
    {
      id: "d1",
      channel: "MAIL",
      address: "a@b.org",
      state: "arrived",
      attempts: 2,
      detail: "250 ok",
      askedAt: "2026-11-26T20:05:01Z",
      endedAt: "2026-11-26T20:06:00Z",
    },
    {
      id: "d2",
      channel: "WEBHOOK",
      address: "https://x",
      state: "failed",
      attempts: 1,
      detail: "500",
      askedAt: "2026-11-26T20:05:01Z",
      endedAt: null,
    },
  ],
} as unknown as NonNullable<AlertWholeQuery["alert"]>;

test("an alert's steps are in the order of time, with how each message fared", () => {
  expect(stepsOf(alert).map(({ kind, what, more }) => [kind, what, more])).toEqual([
    ["held", "It began to hold", ""],
    ["raised", "Raised", "failing commands 50 % > 20 %"],
    ["not told", "Telling", "webhook https://x did not arrive yet: 500"],
    ["told", "Told", "mail a@b.org arrived, at try 2: 250 ok"],
    ["acknowledged", "Acknowledged by ada", "I look at it"],
    ["over", "Over", "it does not hold any more"],
  ]);
});

test("what did not happen is no step", () => {
  const fresh = { ...alert, since: alert.raisedAt, acknowledgedAt: null, resolvedAt: null, deliveries: [] };
  expect(stepsOf(fresh).map((step) => step.kind)).toEqual(["raised"]);
});
