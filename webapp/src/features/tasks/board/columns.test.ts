import fc from "fast-check";
import { expect, test } from "vitest";

import type { TaskGrouping } from "@/shared/graphql/schema.generated";

import { PRIORITIES, STATUSES } from "../terms";
import { type Arrangement, byUrgency, type Card, type Column, keeping, keysOf, withCard, withCards } from "./columns";

const LABELS = ["bug", "docs", "ui"];
const cardOf = fc.record({
  status: fc.constantFrom(...STATUSES),
  priority: fc.constantFrom(...PRIORITIES),
  ownerName: fc.constantFrom(null, "ada", "bo"),
  labels: fc.subarray(LABELS),
});
const numbered = (parts: object, number: number): Card =>
  ({ id: `task ${number}`, number, ...parts, ownerId: null }) as unknown as Card;
const groupings = fc.constantFrom<TaskGrouping>("STATUS", "OWNER", "LABEL");

/** As the server has it, with the first `shown` cards of each column. */
function boardOf(cards: readonly Card[], { grouping, keeps }: Arrangement, shown: number): Column[] {
  const found = new Map<string | null, Card[]>();
  for (const card of cards.filter(keeps).toSorted(byUrgency))
    for (const key of keysOf(card, grouping)) found.set(key, [...(found.get(key) ?? []), card]);
  return [...found].map(([key, all]) => ({ key, count: all.length, cards: all.slice(0, shown) }));
}

const told = (columns: readonly Column[]) =>
  Object.fromEntries(
    columns
      .filter((column) => column.count > 0)
      .map(({ key, count, cards }) => [String(key), [count, cards.map((each) => each.number)]]),
  );

const arranged = (grouping: TaskGrouping, status: readonly (typeof STATUSES)[number][] = []): Arrangement => ({
  grouping,
  order: byUrgency,
  keeps: keeping({ unowned: false, unlabelled: false, ...(status.length > 0 && { status }) }, undefined, undefined),
});

test("a board with changes is the board of what changed", () => {
  const changes = fc.array(fc.tuple(fc.nat(14), cardOf), { maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(cardOf, { maxLength: 12 }),
      changes,
      groupings,
      fc.subarray([...STATUSES]),
      (first, then, grouping, status) => {
        const by = arranged(grouping, status);
        const cards = new Map(first.map((parts, number) => [number, numbered(parts, number)]));
        const board = boardOf([...cards.values()], by, 100);
        const changed = then.map(([number, parts]) => numbered(parts, number));
        for (const card of changed) cards.set(card.number, card);

        expect(told(withCards(board, changed, by))).toEqual(told(boardOf([...cards.values()], by, 100)));
      },
    ),
  );
});

test("of a column that is longer than what is shown, a card that was seen is counted right, and none is out of order", () => {
  fc.assert(
    fc.property(fc.array(cardOf, { minLength: 1 }), cardOf, groupings, fc.nat(), (first, parts, grouping, which) => {
      const by = arranged(grouping);
      const cards = first.map(numbered);
      const board = boardOf(cards, by, 3);
      const seen = board.flatMap((column) => column.cards);
      const card = numbered(parts, seen[which % seen.length]?.number ?? 0);
      const after = withCard(board, card, by);

      const expected = boardOf(
        cards.map((each) => (each.id === card.id ? card : each)),
        by,
        100,
      );
      for (const { key, count, cards: shown } of after) {
        expect(count).toBe(expected.find((column) => column.key === key)?.count ?? 0);
        expect(shown).toEqual(shown.toSorted(byUrgency));
      }
    }),
  );
});

test("where a text is searched for, only what is there already stays", () => {
  const keeps = keeping({ unowned: false, unlabelled: false }, "sail", undefined);
  const by = { grouping: undefined, order: undefined, keeps };
  const [one, other] = [numbered({ status: "OPEN" }, 1), numbered({ status: "OPEN" }, 2)];
  const board = [{ key: null, count: 1, cards: [one] }];

  expect(withCards(board, [other], by)).toEqual(board);
  expect(withCards(board, [{ ...one, title: "sails" }], by)[0]?.cards[0]?.title).toBe("sails");
});

test.each([
  [{ owner: "me" }, true],
  [{ owner: "ada" }, true],
  [{ owner: "bo" }, false],
  [{ unowned: true }, false],
])("%j of a task that ada has is %j", (filter, found) => {
  const card = { ...numbered({ status: "OPEN", ownerName: "ada", labels: [] }, 1), ownerId: "1" };
  expect(keeping({ unowned: false, unlabelled: false, ...filter }, undefined, "1")(card)).toBe(found);
});
