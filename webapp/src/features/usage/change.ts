const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 0 });
const MANY = 10;

/** A number beside that of as much time before, in words. */
export function changed(value: number | null, before: number | null | undefined): string {
  if (value === null || before === undefined || before === null) return "";
  if (before === 0) return value === 0 ? "as before" : "none before";
  const times = value / before;
  if (times >= MANY) return `▲ ${Math.round(times)} times as much`;
  const share = Math.abs(times - 1);
  if (share < 0.005) return "as before";
  return `${times > 1 ? "▲" : "▼"} ${PERCENT.format(share)}`;
}
