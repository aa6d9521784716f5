import fc from "fast-check";
import { expect, test } from "vitest";

import { Clock, IDLE_SECONDS, SPEEDS } from "./clock";

function playing(end: number, skipsIdle: boolean, speed = 1): Clock {
  const clock = new Clock();
  Object.assign(clock, { end, skipsIdle, speed, playing: true });
  return clock;
}

test("a pause lasts as long as it was, or two seconds", () => {
  const [whole, short] = [playing(100, false), playing(100, true)];
  for (const clock of [whole, short]) for (let tick = 0; tick < 30; tick++) clock.advance(0.1, 50);
  expect(whole.at).toBeCloseTo(3);
  expect(short.at).toBeGreaterThanOrEqual(50);
});

const gaps = fc.array(fc.double({ min: 0.01, max: 30, noNaN: true }), { minLength: 1, maxLength: 30 });
const TICK = 0.05;

test("time never goes back, passes nothing that is due by more than a tick, and ends at the end", () => {
  fc.assert(
    fc.property(gaps, fc.constantFrom(...SPEEDS), fc.boolean(), (pauses, speed, skipsIdle) => {
      let sum = 0;
      const due = pauses.map((pause) => (sum += pause));
      const clock = playing(sum, skipsIdle, speed);
      const late = TICK * speed + 1e-9;
      let ticks = 0;
      for (let last = 0; clock.playing; ticks++) {
        const next = due.find((each) => each > clock.at) ?? sum;
        clock.advance(TICK, next);
        expect(clock.at).toBeGreaterThanOrEqual(last);
        expect(clock.at).toBeLessThanOrEqual(Math.max(next, last + late));
        last = clock.at;
      }
      expect(clock.at).toBe(sum);
      const longest = skipsIdle ? (IDLE_SECONDS + 2 * late) * pauses.length : sum + late;
      expect(ticks * TICK * speed).toBeLessThanOrEqual(longest + late);
    }),
    { numRuns: 60 },
  );
});

test("speeds go up and down within their bounds", () => {
  const clock = new Clock();
  for (let times = 0; times < 20; times++) clock.faster();
  expect(clock.speed).toBe(64);
  for (let times = 0; times < 20; times++) clock.slower();
  expect(clock.speed).toBe(0.25);
});
