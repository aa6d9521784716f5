import { Text, Textarea } from "@mantine/core";
import { useState } from "react";

import { useViewer } from "@/shared/graphql/useViewer";
import { SafeText } from "@/shared/ui/SafeText";

import { Dialogue } from "./Dialogue";
import type { DialogueProps } from "./TaskDialogues";

/** Gives a claim back; one of another only where somebody says so here. */
export function ReleaseTask({ task, moves, onClose }: DialogueProps) {
  const { viewer } = useViewer();
  const [reason, setReason] = useState("");
  const { claim } = task;
  const isMine = claim?.holderId === viewer?.id;
  const send = () => {
    onClose();
    if (!claim) return;
    const steps = [{ does: "release", claim: claim.number } as const];
    void moves.run(
      { card: task, to: "open", steps, becomes: task },
      { reason: reason.trim() || undefined, force: !isMine },
    );
  };
  return (
    <Dialogue
      title={isMine ? `Give ${task.reference} back?` : `Take ${task.reference} from its holder?`}
      does={isMine ? "Give it back" : "Take it from them"}
      color={isMine ? undefined : "red"}
      disabled={!claim}
      onSend={send}
      onClose={onClose}
    >
      {claim && !isMine && (
        <Text size="sm">
          <SafeText text={claim.holderName} /> holds it and may be at work on it.
        </Text>
      )}
      <Textarea
        label="Why"
        description="For those who look at it"
        data-autofocus
        autosize
        minRows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialogue>
  );
}
