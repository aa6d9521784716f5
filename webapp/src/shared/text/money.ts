/** With two decimals; up to four below a dollar, and as many as there are where that would show nothing. */
export function dollars(usd: string | number): string {
  const value = Number(usd);
  const size = Math.abs(value);
  const most = size >= 1 || size === 0 ? 2 : size >= 0.000_05 ? 4 : 9;
  const shown = size.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: most });
  return `${value < 0 ? "-" : ""}$${shown}`;
}
