const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** How long to wait before the attempt of this number, from 0. Between half and all of it, so that not all come at once. */
export function backoff(attempt: number, random: () => number): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return whole * (0.5 + random() / 2);
}
