import { notifications } from "@mantine/notifications";
import { useState } from "react";
import { useClient } from "urql";

import type { Fault } from "@/shared/graphql/faults";
import { useViewer } from "@/shared/graphql/useViewer";
import { visibleText } from "@/shared/text/visible";

import { canForce, type Move } from "./board/moves";
import type { LiveTasks } from "./board/useTasks";
import { doSteps, type Said } from "./doing";
import { spoken } from "./terms";

/** What has to be asked before a move, or after it was refused. */
export interface Asking {
  readonly move: Move;
  readonly of: "reason" | "owner" | "force";
  readonly said: Said;
  readonly fault?: Fault;
}

export const placeName = (key: string | null): string => (key === null ? "none" : spoken(key));

/** Moves cards at once, and puts back with the reason what is refused. */
export function useMoves({ expect, settle }: Pick<LiveTasks, "expect" | "settle">) {
  const client = useClient();
  const { viewer } = useViewer();
  const [asking, setAsking] = useState<Asking>();
  const [told, setTold] = useState("");

  const run = async (move: Move, said: Said = {}) => {
    const { card, steps, to, becomes } = move;
    setAsking(undefined);
    expect(becomes);
    const { fault, done } = await doSteps(client, card.id, steps, said);
    settle(card.id, done && { card: done.task, at: done.position });
    if (!fault) return setTold(`${card.reference} is moved to ${visibleText(placeName(to))}.`);
    setTold(`${card.reference} is put back. ${fault.message}`);
    if (!said.force && fault.code === "CONFLICT" && canForce(move, viewer?.id))
      return setAsking({ move, of: "force", said, fault });
    notifications.show({
      color: "red",
      message: visibleText([`${card.reference} is put back.`, fault.message, fault.nextStep].filter(Boolean).join(" ")),
      autoClose: 10_000,
    });
  };

  return {
    asking,
    /** For who cannot see what happened. */
    told,
    start: (move: Move | undefined) => {
      if (move?.needs) setAsking({ move, of: move.needs, said: {} });
      else if (move) void run(move);
    },
    run,
    forget: () => setAsking(undefined),
  };
}

export type Moves = ReturnType<typeof useMoves>;
