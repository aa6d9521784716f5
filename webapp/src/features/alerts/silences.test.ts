import { expect, test } from "vitest";

import { endOf, type SilenceTyped, untilOf, wrongInSilence } from "./silences";

const at = (day: number, hour: number) => new Date(2026, 10, day, hour);
const typed = (more: Partial<SilenceTyped>): SilenceTyped => ({
  rule: "",
  severity: "",
  labels: [],
  preset: "hour",
  until: "",
  reason: "replaced",
  ...more,
});

test("presets end when they say", () => {
  expect(endOf("hour", at(26, 21))).toEqual(at(26, 22));
  expect(endOf("day", at(30, 21))).toEqual(at(31, 9));
  expect(endOf("week", at(26, 21))).toEqual(at(30, 9));
  expect(endOf("week", at(30, 8))).toEqual(at(37, 9));
  expect(endOf("week", at(29, 8))).toEqual(at(30, 9));
});

test("one's own end is what was typed, in one's own time", () => {
  expect(untilOf(typed({ preset: "own", until: "2026-11-27T09:30" }), at(26, 21))).toEqual(
    new Date(2026, 10, 27, 9, 30),
  );
});

test("what cannot be is told at its field", () => {
  const now = at(26, 21);
  expect(wrongInSilence(typed({}), now)).toEqual({});
  expect(Object.keys(wrongInSilence(typed({ preset: "own", until: "", reason: " " }), now))).toEqual([
    "until",
    "reason",
  ]);
  expect(wrongInSilence(typed({ preset: "own", until: "2026-11-26T20:59" }), now).until).toBeTruthy();
  expect(wrongInSilence(typed({ preset: "own", until: "2028-01-01T00:00" }), now).until).toBeTruthy();
});
