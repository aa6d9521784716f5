const SIZES: Record<string, number> = { s: 1, m: 60, min: 60, h: 3600, d: 86_400 };
const PART = /(?<number>\d+(?:\.\d+)?)\s*(?<unit>min|[smhd])/g;

/** Seconds in a length of time as people and `qd` write it: `10m`, `1 h 30 min`, or plain seconds. */
export function spanTyped(text: string): number | undefined {
  const plain = text.trim().toLowerCase();
  if (/^\d+(?:\.\d+)?$/.test(plain)) return Math.round(Number(plain));
  const parts = [...plain.matchAll(PART)];
  if (parts.length === 0 || plain.replaceAll(PART, "").trim() !== "") return undefined;
  return Math.round(
    parts.reduce((sum, { groups }) => sum + Number(groups?.number) * (SIZES[groups?.unit ?? ""] ?? 0), 0),
  );
}

/** The same the other way round, shortly: `90m`, `1h`, `7d`. */
export function spanWritten(seconds: number): string {
  for (const [unit, size] of [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
  ] as const)
    if (seconds > 0 && seconds % size === 0) return `${seconds / size}${unit}`;
  return seconds === 0 ? "0" : `${seconds}s`;
}

/** As an input of the browser's takes a moment: the viewer's own time. */
export function momentWritten(moment: Date): string {
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
