import { type Bucket, endOf } from "./buckets";

/** Moments in words: hours as the viewer's clock has them, whole days and more as UTC, which they are cut by. */
const CLOCK_OF_24 = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const HOUR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", ...CLOCK_OF_24 });
const CLOCK = new Intl.DateTimeFormat(undefined, CLOCK_OF_24);
const LOCAL_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const YEAR = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const MONTH = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });

const utcMinute = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

/** The bucket that begins there, with its zone. */
export function bucketName(bucket: Bucket, at: number): string {
  if (bucket === "HOUR") return `${HOUR.format(at)} – ${CLOCK.format(endOf(bucket, at))}`;
  if (bucket === "DAY") return `${WEEKDAY.format(at)}, ${YEAR.format(at)} (UTC)`;
  if (bucket === "WEEK") return `Week of ${YEAR.format(at)} (UTC)`;
  return `${MONTH.format(at)} (UTC)`;
}

/** The same in the other zone, to the minute. */
export const bucketSpan = (bucket: Bucket, at: number): string =>
  bucket === "HOUR" ? `${utcMinute(at)} UTC` : `${HOUR.format(at)} – ${HOUR.format(endOf(bucket, at))} your time`;

/** Below a line of an axis. */
export function tickName(bucket: Bucket, at: number, step: number): string {
  if (bucket === "HOUR") {
    const date = new Date(at);
    return date.getHours() === 0 && date.getMinutes() === 0 ? LOCAL_DAY.format(at) : CLOCK.format(at);
  }
  return step >= 28 * 86_400_000 ? MONTH.format(at) : DAY.format(at);
}

/** From the first to the last moment of a time. */
export const rangeName = (bucket: Bucket, from: number, to: number): string =>
  bucket === "HOUR"
    ? `${HOUR.format(from)} – ${HOUR.format(to)}, your time`
    : `${YEAR.format(from)} – ${YEAR.format(to - 1)}, ${bucket.toLowerCase()}s of UTC`;
