/** Where values and a threshold are on bars of one length: parts of it. */
export function scaled(values: readonly number[], threshold: number): { bound: number; lengths: number[] } {
  const most = Math.max(threshold, ...values, 0) * 1.1 || 1;
  const part = (value: number) => Math.min(1, Math.max(0, value) / most);
  return { bound: part(threshold), lengths: values.map(part) };
}
