/**
 * Colours of series, which people who see fewer colours can tell apart as well, and that have 3:1 against the page in
 * either scheme. Where there are more series than that, the rest is one in grey.
 */
export type Scheme = "light" | "dark";

export const PALETTE: Record<Scheme, readonly string[]> = {
  light: ["#2263c2", "#b56138", "#00a47e", "#782872", "#1895cc", "#b78c0e", "#b01804", "#65544c"],
  dark: ["#6882fc", "#ee8927", "#85cf9a", "#b464b6", "#5bbef2", "#f4e369", "#db4831", "#a2958b"],
};
export const REST: Record<Scheme, string> = { light: "#6b7280", dark: "#8590a2" };
export const MOST = PALETTE.light.length;
export const REST_SLOT = -1;

export const colourOf = (slot: number, scheme: Scheme): string => PALETTE[scheme][slot] ?? REST[scheme];

/** As a variable of CSS, which follows the scheme by itself. */
export const colourVariable = (slot: number): string =>
  `light-dark(${colourOf(slot, "light")}, ${colourOf(slot, "dark")})`;

function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const character of text) value = Math.imul(value ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return value >>> 0;
}

/**
 * A colour for each of at most `MOST` keys, no two the same: a key's own wherever nobody else has it, so that a model
 * has one colour in all charts, whatever the order.
 */
export function slotsOf(keys: readonly string[], fixed: Readonly<Record<string, number>> = {}): Map<string, number> {
  const slots = new Map(keys.filter((key) => key in fixed).map((key) => [key, fixed[key] as number]));
  const taken = new Set(slots.values());
  for (const key of keys.filter((each) => !(each in fixed)).toSorted()) {
    let slot = hash(key) % MOST;
    for (let tries = 0; taken.has(slot) && tries < MOST; tries += 1) slot = (slot + 1) % MOST;
    slots.set(key, taken.has(slot) ? REST_SLOT : slot);
    taken.add(slot);
  }
  return slots;
}
