import fc from "fast-check";
import { expect, test } from "vitest";

import { STATUSES } from "../terms";
import { byUrgency, type Card } from "./columns";
import { answered, changed, expecting, type Kept, NOTHING, settled, shownOf } from "./kept";

const by = { grouping: "STATUS" as const, order: byUrgency, keeps: () => true };
const EMPTY = STATUSES.map((status) => ({ key: status.toLowerCase(), count: 0, cards: [] }));
const card = (number: number, status: Card["status"]): Card =>
  ({ id: `${number}`, number, priority: "NORMAL", status, labels: [] }) as unknown as Card;
/** The board after the first `at` events. */
const boardAt = (events: readonly Card[], at: number) =>
  shownOf({ ...NOTHING, asked: EMPTY, changes: latest(events.slice(0, at)) }, by) ?? [];
const latest = (events: readonly Card[]) => new Map(events.map((each, at) => [each.id, { card: each, at }]));
const told = (kept: Kept) => shownOf(kept, by)?.map(({ count, cards }) => [count, cards.map((each) => each.id)]);

test("however answers and changes overtake each other, in the end it is what happened", () => {
  const event = fc.tuple(fc.nat(4), fc.constantFrom(...STATUSES)).map(([number, status]) => card(number, status));
  fc.assert(
    fc.property(fc.array(event, { minLength: 1 }), fc.infiniteStream(fc.nat()), (events, random) => {
      const pick = (most: number) => (random.next().value as number) % (most + 1);
      let kept = answered(NOTHING, boardAt(events, 0), 0);
      events.forEach((each, index) => {
        kept = changed(kept, { card: each, at: index + 1 });
        if (pick(2) === 0) {
          const at = pick(index + 1);
          kept = answered(kept, boardAt(events, at), at);
        }
      });

      const truth = boardAt(events, events.length).map(({ count, cards }) => [count, cards.map((one) => one.id)]);
      expect(told(kept)).toEqual(truth);
    }),
  );
});

test("what is expected shows until it is settled, and then as it is", () => {
  const first = answered(NOTHING, boardAt([card(1, "OPEN")], 1), 1);
  const moved = expecting(first, card(1, "DONE"));
  expect(shownOf(moved, by)?.find((column) => column.key === "done")?.count).toBe(1);

  expect(told(settled(moved, "1"))).toEqual(told(first));
});
