const HOUR_MS = 3_600_000;
const MORNING = 9;

export const PRESETS = { hour: "1 hour", day: "until tomorrow, 9:00", week: "until Monday, 9:00", own: "until …" };
export type Preset = keyof typeof PRESETS;

/** When a silence ends that is set now; undefined: as is typed. Days are the viewer's. */
export function endOf(preset: Preset, now: Date): Date | undefined {
  switch (preset) {
    case "hour":
      return new Date(now.getTime() + HOUR_MS);
    case "day":
      return morning(now, 1);
    case "week":
      return morning(now, (8 - now.getDay()) % 7 || 7);
    default:
      return undefined;
  }
}

const morning = (now: Date, days: number): Date =>
  new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, MORNING);

export interface SilenceTyped {
  rule: string;
  severity: string;
  labels: readonly { name: string; value: string }[];
  preset: Preset;
  until: string;
  reason: string;
}

const LONGEST_MS = 365 * 24 * HOUR_MS;

export const untilOf = ({ preset, until }: SilenceTyped, now: Date): Date => endOf(preset, now) ?? new Date(until);

export function wrongInSilence(typed: SilenceTyped, now: Date): { until?: string; reason?: string } {
  const until = untilOf(typed, now).getTime();
  const bad = !(until > now.getTime() && until <= now.getTime() + LONGEST_MS);
  return {
    ...(bad && { until: "A silence ends within a year, and not in the past." }),
    ...(!typed.reason.trim() && { reason: "Say why: others see it." }),
  };
}
