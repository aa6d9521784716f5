const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes as people read them: `1.5 MiB`. */
export function bytes(count: number): string {
  let value = count;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

const NUMBER = new Intl.NumberFormat("en");

export const whole = (count: number): string => NUMBER.format(count);

/** `1 session`, `2 sessions`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;
