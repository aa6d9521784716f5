import type { TaskFilterInput, TaskGrouping } from "@/shared/graphql/schema.generated";

import type { TaskCardFragment } from "../api/TaskCard.generated";
import { PRIORITIES } from "../terms";

export type Card = TaskCardFragment;

/** What stands for a column: a status, an owner's name, a label; null: no owner, no label. */
export type ColumnKey = string | null;

export interface Column {
  readonly key: ColumnKey;
  readonly count: number;
  /** The first of them, in the column's order. */
  readonly cards: readonly Card[];
}

/** What decides where cards are. */
export interface Arrangement {
  /** Undefined: all in one list. */
  readonly grouping: TaskGrouping | undefined;
  /** Undefined: as the server ranks them, which cannot be told of a new one. */
  readonly order: ((one: Card, other: Card) => number) | undefined;
  /** Whether a task belongs here; undefined: that cannot be told. */
  readonly keeps: (card: Card) => boolean | undefined;
}

/** By priority, then the oldest. */
export const byUrgency = (one: Card, other: Card): number =>
  PRIORITIES.indexOf(one.priority) - PRIORITIES.indexOf(other.priority) || one.number - other.number;

export const newestFirst = (one: Card, other: Card): number => other.number - one.number;

/** The columns that a card stands in. */
export function keysOf(card: Card, grouping: TaskGrouping | undefined): readonly ColumnKey[] {
  switch (grouping) {
    case "STATUS":
      return [card.status.toLowerCase()];
    case "OWNER":
      return [card.ownerName];
    case "LABEL":
      return card.labels.length > 0 ? card.labels : [null];
    default:
      return [null];
  }
}

/** Undefined where a text is searched for: what it is found in is known to the server only. */
export const keeping =
  (filter: TaskFilterInput, text: string | undefined, viewer: string | undefined) =>
  (card: Card): boolean | undefined => {
    const { status, priority, label, owner, unowned } = filter;
    const owned = owner === "me" ? card.ownerId === viewer : card.ownerName === owner;
    const fits =
      (status?.includes(card.status) ?? true) &&
      (priority?.includes(card.priority) ?? true) &&
      (label ?? []).every((each) => card.labels.includes(each)) &&
      (!owner || owned) &&
      !(unowned && card.ownerId);
    return fits && text ? undefined : fits;
  };

/**
 * Columns as they are after a task became what `card` says. Counts are right where the task was, or could have been,
 * seen; where a column is longer than what is shown of it, the server's next answer has the count.
 */
export function withCard(columns: readonly Column[], card: Card, arrangement: Arrangement): readonly Column[] {
  const { grouping, keeps, order } = arrangement;
  const before = columns.flatMap((column) => column.cards).find((each) => each.id === card.id);
  const belongs = keeps(card) ?? before !== undefined;
  const keys = belongs ? keysOf(card, grouping) : [];
  const had = before && keysOf(before, grouping);
  const changed = columns.map((column) => {
    if (keys.includes(column.key)) return having(column, card, had, order);
    return had?.includes(column.key) ? without(column, card) : column;
  });
  const missing = keys.filter((key) => !columns.some((column) => column.key === key));
  return [...changed, ...missing.map((key) => ({ key, count: 1, cards: [card] }))];
}

const others = ({ cards }: Column, card: Card): Card[] => cards.filter((each) => each.id !== card.id);

const without = (column: Column, card: Card): Column => ({
  ...column,
  count: column.count - 1,
  cards: others(column, card),
});

function having(
  column: Column,
  card: Card,
  had: readonly ColumnKey[] | undefined,
  order: Arrangement["order"],
): Column {
  const isNew = had ? !had.includes(column.key) : isWhole(column);
  const at = column.cards.findIndex((each) => each.id === card.id);
  const cards = others(column, card);
  const next = order ? cards.findIndex((each) => order(card, each) < 0) : Math.max(at, 0);
  const count = column.count + (isNew ? 1 : 0);
  if (next >= 0) return { ...column, count, cards: cards.toSpliced(next, 0, card) };
  return { ...column, count, cards: isWhole(column) ? [...cards, card] : cards };
}

const isWhole = ({ count, cards }: Column): boolean => cards.length >= count;

export const withCards = (columns: readonly Column[], cards: Iterable<Card>, arrangement: Arrangement) =>
  [...cards].reduce((found, card) => withCard(found, card, arrangement), columns);
