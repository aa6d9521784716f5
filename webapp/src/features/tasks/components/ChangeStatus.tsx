import { Select, Textarea } from "@mantine/core";
import { useState } from "react";

import { toStatus } from "../board/moves";
import { spoken, STATUSES } from "../terms";
import { Dialogue } from "./Dialogue";
import type { DialogueProps } from "./TaskDialogues";

/** How far it is, and why. */
export function ChangeStatus({ task, moves, onClose }: DialogueProps) {
  const [status, setStatus] = useState(task.status.toLowerCase());
  const [reason, setReason] = useState("");
  const move = toStatus(task, status);
  const blocks = move?.needs === "reason";
  const send = () => {
    onClose();
    if (!move) return;
    if (move.needs === "owner") moves.start(move);
    else void moves.run(move, { reason: reason.trim() || undefined });
  };
  return (
    <Dialogue
      title={`How far is ${task.reference}?`}
      does="Change"
      disabled={!move || (blocks && !reason.trim())}
      onSend={send}
      onClose={onClose}
    >
      <Select
        label="Status"
        data-autofocus
        allowDeselect={false}
        data={STATUSES.map((each) => ({ value: each.toLowerCase(), label: spoken(each) }))}
        value={status}
        onChange={(next) => setStatus(next ?? status)}
      />
      <Textarea
        label={blocks ? "What is it blocked by?" : "Why"}
        description={blocks ? undefined : "For those who look at it"}
        required={blocks}
        autosize
        minRows={2}
        maxLength={1000}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Dialogue>
  );
}
