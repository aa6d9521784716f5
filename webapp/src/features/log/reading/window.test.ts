import { expect, test } from "vitest";

import { begun, NOTHING, shown, withNew, withOlder } from "./window";

const some = (...positions: number[]) => positions.map((position) => ({ position }));
const at = (window: { events: readonly { position: number }[] }) => window.events.map((each) => each.position);
const live = begun({ events: some(7, 8), older: true }, true);

test("a page is shown newest first, and older ones below it, each once", () => {
  const further = withOlder(live, { events: some(5, 6, 7), older: false });
  expect(at(further)).toEqual([8, 7, 6, 5]);
  expect(further.older).toBe(false);
});

test("what is new comes on top, each once", () => {
  expect(at(withNew(live, some(8, 9, 11), false))).toEqual([11, 9, 8, 7]);
});

test("what is new waits while somebody reads", () => {
  const reading = withNew(withNew(live, some(9), true), some(9, 10), true);
  expect(at(reading)).toEqual([8, 7]);
  expect(reading.waiting).toEqual(some(10, 9));
  expect(at(shown(reading))).toEqual([10, 9, 8, 7]);
  expect(at(withNew(reading, some(11), false))).toEqual([11, 10, 9, 8, 7]);
});

test("a list that begins further back takes nothing new", () => {
  const back = begun({ events: some(3), older: true }, false);
  expect(withNew(back, some(9), false)).toBe(back);
  expect(withNew(NOTHING, some(9), false)).toBe(NOTHING);
});

test("what waits and what is shown are bounded", () => {
  const many = Array.from({ length: 3000 }, (_, index) => ({ position: index + 9 }));
  const reading = withNew(live, many, true);
  expect([reading.waiting.length, reading.overrun]).toEqual([500, true]);
  const flooded = withNew({ ...live, older: false }, many, false);
  expect([flooded.events.length, flooded.older]).toEqual([2000, true]);
});
