import { Button } from "@mantine/core";
import { useState } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import { useDone } from "@/shared/graphql/useDone";

import { EditTaskDocument } from "../api/EditTask.generated";
import { changesIn, draftOf, wrongIn } from "../form";
import { Dialogue } from "./Dialogue";
import type { DialogueProps } from "./TaskDialogues";
import { TaskFields } from "./TaskFields";

/** Changes what was touched. What somebody else has changed since is told, and not written over unless one says so. */
export function EditTask({ task, again, onClose }: DialogueProps) {
  const [before] = useState(() => ({ draft: draftOf(task), revision: task.revision }));
  const [draft, setDraft] = useState(before.draft);
  const { run, running, fault } = useDone(EditTaskDocument);
  const changes = changesIn(draft, before.draft);
  const send = async (base: number | null) => {
    const input = { taskId: task.id, changes, base, idempotencyKey: idempotencyKey() };
    if (!(await run({ input }))) return;
    again();
    onClose();
  };
  const nothing = Object.keys(changes).length === 0 || Object.keys(wrongIn(draft)).length > 0 || !draft.title.trim();
  return (
    <Dialogue
      title={`Edit ${task.reference}`}
      does="Save"
      size="lg"
      disabled={nothing}
      running={running}
      fault={fault}
      more={
        fault?.code === "CONFLICT" && (
          <Button variant="light" color="red" onClick={() => void send(null)}>
            Save over that
          </Button>
        )
      }
      onSend={() => void send(before.revision)}
      onClose={onClose}
    >
      <TaskFields draft={draft} onChange={setDraft} refused={fault?.field} />
    </Dialogue>
  );
}
