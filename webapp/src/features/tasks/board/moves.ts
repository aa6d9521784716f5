import type { TaskGrouping, TaskStatus } from "@/shared/graphql/schema.generated";

import type { Card, ColumnKey } from "./columns";

/** One thing to ask of the server. */
export type Step =
  | { readonly does: "claim" }
  | { readonly does: "renew" }
  | { readonly does: "release"; readonly claim: number }
  | { readonly does: "status"; readonly status: TaskStatus }
  | { readonly does: "block" }
  | { readonly does: "assign"; readonly owner: string | null }
  | { readonly does: "label"; readonly labels: readonly string[]; readonly base: number };

/** What a card's way to another column takes. */
export interface Move {
  readonly card: Card;
  readonly to: ColumnKey;
  readonly steps: readonly Step[];
  /** What has to be asked before: why it is blocked, or whether the viewer takes what nobody has. */
  readonly needs?: "reason" | "owner";
  /** As it will be, if nobody refuses. */
  readonly becomes: Card;
}

/** Undefined where it goes nowhere. */
export function moveOf(card: Card, grouping: TaskGrouping, from: ColumnKey, to: ColumnKey): Move | undefined {
  if (from === to) return undefined;
  switch (grouping) {
    case "OWNER":
      return {
        card,
        to,
        steps: [{ does: "assign", owner: to }],
        becomes: { ...card, ownerName: to, assigned: to !== null },
      };
    case "LABEL": {
      const labels = relabelled(card.labels, from, to);
      return { card, to, steps: [{ does: "label", labels, base: card.revision }], becomes: { ...card, labels } };
    }
    default:
      return toStatus(card, to);
  }
}

const relabelled = (labels: readonly string[], from: ColumnKey, to: ColumnKey): string[] => {
  const kept = labels.filter((each) => each !== from && each !== to);
  return to === null ? kept : [...kept, to];
};

/** How a task comes to a status: by a claim, with a reason, by giving it back, or by saying so. */
export function toStatus(card: Card, to: ColumnKey): Move | undefined {
  const status = to?.toUpperCase() as TaskStatus;
  if (status === card.status) return undefined;
  const move = { card, to, becomes: { ...card, status } };
  switch (status) {
    case "CLAIMED":
      return { ...move, steps: [{ does: "claim" }] };
    case "BLOCKED":
      return { ...move, steps: [{ does: "block" }], needs: "reason" };
    case "OPEN":
      return { ...move, steps: opened(card) };
    case "IN_PROGRESS":
      if (card.ownerId || card.status !== "OPEN") break;
      return { ...move, steps: [{ does: "claim" }, { does: "status", status }], needs: "owner" };
    default:
  }
  return { ...move, steps: [{ does: "status", status }] };
}

const isAtWork = ({ status }: Card): boolean => status === "CLAIMED" || status === "IN_PROGRESS";

/** What is claimed becomes open when it is given back. */
const opened = (card: Card): Step[] =>
  card.claim && isAtWork(card) ? [{ does: "release", claim: card.claim.number }] : [{ does: "status", status: "OPEN" }];

/** Whether the server can be asked to do it all the same: somebody else holds it, or what it waits for is not done. */
export function canForce({ card, steps }: Pick<Move, "card" | "steps">, viewer: string | undefined): boolean {
  const held = card.claim !== null && card.claim.holderId !== viewer;
  const waits = card.waitsFor.length > 0 && steps.some((step) => step.does === "claim");
  return (held && steps.some((step) => !["claim", "label"].includes(step.does))) || waits;
}
