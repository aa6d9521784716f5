const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in seconds, in its two largest units: `2 h 5 min`. */
export function span(seconds: number): string {
  const whole = Math.max(0, seconds);
  if (whole < 1) return `${Math.round(whole * 1000)} ms`;
  if (whole < 10) return `${whole.toFixed(1)} s`;
  if (whole < MINUTE) return `${Math.floor(whole)} s`;
  if (whole < HOUR) return two(whole, MINUTE, "min", 1, "s");
  if (whole < DAY) return two(whole, HOUR, "h", MINUTE, "min");
  return two(whole, DAY, "d", HOUR, "h");
}

function two(seconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((seconds % large) / small);
  return `${Math.floor(seconds / large)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}

/** How long ago, coarsely enough that it need not be drawn anew each second: `just now`, `5 min ago`, `in 2 h`. */
export function relative(at: number, now: number): string {
  const seconds = (now - at) / 1000;
  const size = Math.abs(seconds);
  if (size < 45) return seconds < -5 ? "in a moment" : "just now";
  const said =
    size < HOUR
      ? `${Math.max(1, Math.round(size / MINUTE))} min`
      : size < DAY
        ? `${Math.round(size / HOUR)} h`
        : `${Math.round(size / DAY)} d`;
  return seconds < 0 ? `in ${said}` : `${said} ago`;
}
