import { type Arrangement, type Card, type Column, withCards } from "./columns";

/** A board as the server had it at a position of the log, and what is known of later. */
export interface Kept {
  readonly asked: readonly Column[] | undefined;
  readonly at: number;
  /** Tasks as they have become since, by id. */
  readonly changes: ReadonlyMap<string, Change>;
  /** Tasks as they will be, if what was asked for is done. */
  readonly expected: ReadonlyMap<string, Card>;
}

export interface Change {
  readonly card: Card;
  readonly at: number;
}

export const NOTHING: Kept = { asked: undefined, at: 0, changes: new Map(), expected: new Map() };

const without = <Value>(map: ReadonlyMap<string, Value>, key: string): ReadonlyMap<string, Value> =>
  new Map([...map].filter(([each]) => each !== key));

/** The server's answer, which holds all that happened until `at`. An older one than that which is here counts nothing. */
export function answered(kept: Kept, asked: readonly Column[], at: number): Kept {
  if (kept.asked && at < kept.at) return kept;
  return { ...kept, asked, at, changes: new Map([...kept.changes].filter(([, change]) => change.at > at)) };
}

export function changed(kept: Kept, { card, at }: Change): Kept {
  const known = kept.changes.get(card.id);
  if (at <= kept.at || (known && known.at >= at)) return kept;
  return { ...kept, changes: new Map(kept.changes).set(card.id, { card, at }) };
}

export const expecting = (kept: Kept, card: Card): Kept => ({
  ...kept,
  expected: new Map(kept.expected).set(card.id, card),
});

/** Whatever came of it: it is shown as it is. */
export const settled = (kept: Kept, id: string): Kept => ({ ...kept, expected: without(kept.expected, id) });

export function shownOf(kept: Kept, arrangement: Arrangement): readonly Column[] | undefined {
  const cards = [...[...kept.changes.values()].map((change) => change.card), ...kept.expected.values()];
  return kept.asked && withCards(kept.asked, cards, arrangement);
}
