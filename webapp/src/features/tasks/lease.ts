import { span } from "@/shared/time/spans";

const MINUTE_MS = 60_000;

/** How long a claim still holds, coarsely: `24 min left`. */
export function leaseLeft(expiresAt: string, now: number): string {
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return "ran out";
  if (left < MINUTE_MS) return "less than a minute left";
  return `${span(Math.floor(left / MINUTE_MS) * 60)} left`;
}

/** For how long a task can be claimed, in seconds; undefined: as long as usual. */
export const LEASES: readonly (readonly [string, number | undefined])[] = [
  ["half an hour", undefined],
  ["2 hours", 7200],
  ["8 hours", 28_800],
  ["a day", 86_400],
  ["7 days", 604_800],
];
