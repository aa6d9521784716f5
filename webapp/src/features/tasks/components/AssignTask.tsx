import { Autocomplete } from "@mantine/core";
import { useState } from "react";

import { useViewer } from "@/shared/graphql/useViewer";

import { Dialogue } from "./Dialogue";
import type { DialogueProps } from "./TaskDialogues";

const NOBODY = "nobody";

/** Says who is to do it, without a lease. */
export function AssignTask({ task, moves, onClose }: DialogueProps) {
  const { viewer } = useViewer();
  const [who, setWho] = useState(task.ownerName ?? "");
  const name = who.trim();
  const send = () => {
    onClose();
    const owner = name === NOBODY ? null : name;
    void moves.run({ card: task, to: name, steps: [{ does: "assign", owner }], becomes: task });
  };
  return (
    <Dialogue title={`Who is to do ${task.reference}?`} does="Assign" disabled={!name} onSend={send} onClose={onClose}>
      <Autocomplete
        label="Who"
        description="A member's name, me, or nobody. Then only they can claim it."
        data-autofocus
        data={[...new Set(["me", NOBODY, ...[viewer?.name ?? [], task.ownerName ?? []].flat()])]}
        value={who}
        onChange={setWho}
      />
    </Dialogue>
  );
}
