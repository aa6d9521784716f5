import { SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import { useDone } from "@/shared/graphql/useDone";

import { LinkTaskDocument } from "../api/LinkTask.generated";
import { KINDS, type LinkKind, targetOf } from "../links";
import { Dialogue } from "./Dialogue";
import type { DialogueProps } from "./TaskDialogues";

/** Ties a task to where the work is. */
export function LinkTask({ task, again, onClose }: DialogueProps) {
  const [kind, setKind] = useState<LinkKind>("session");
  const [text, setText] = useState("");
  const { run, running, fault } = useDone(LinkTaskDocument);
  const target = targetOf(kind, text);
  const send = async () => {
    if (!target || !(await run({ input: { taskId: task.id, target, idempotencyKey: idempotencyKey() } }))) return;
    again();
    onClose();
  };
  return (
    <Dialogue
      title={`Link ${task.reference}`}
      does="Link"
      disabled={!target}
      running={running}
      fault={fault}
      onSend={() => void send()}
      onClose={onClose}
    >
      <SegmentedControl
        aria-label="To what"
        data={[...KINDS]}
        value={kind}
        onChange={(next) => setKind(next as LinkKind)}
      />
      <TextInput
        label={kind === "commit" ? "The commit's whole name" : `The ${kind}'s id`}
        data-autofocus
        spellCheck={false}
        error={text.trim() !== "" && !target && WRONG[kind]}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </Dialogue>
  );
}

const ID = "It is long, as it is copied from its page.";
const WRONG: Record<LinkKind, string> = { session: ID, command: ID, commit: "40 hex digits, as git log shows it." };
