import { Modal, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";

import { idempotencyKey } from "@/shared/graphql/key";
import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { FormFoot } from "@/shared/ui/FormFoot";

import { CreateTaskDocument } from "../api/CreateTask.generated";
import type { Change } from "../board/kept";
import { changesIn, EMPTY, wrongIn } from "../form";
import { TaskFields } from "./TaskFields";

interface CreateTaskProps {
  onCreated: (change: Change) => void;
  onClose: () => void;
}

export function CreateTask({ onCreated, onClose }: CreateTaskProps) {
  const project = useProject();
  const [draft, setDraft] = useState(EMPTY);
  const [key, setKey] = useState(idempotencyKey);
  const { run, running, fault } = useDone(CreateTaskDocument);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const { title = "", ...fields } = changesIn(draft);
    const done = await run({
      input: { projectId: project.id, title: title ?? "", fields, idempotencyKey: key },
    });
    setKey(idempotencyKey()); // what is sent after a failure may be something else
    if (!done) return;
    onCreated({ card: done.task, at: done.position });
    notifications.show({
      message: (
        <>
          <HrefLink href={taskAddress(project.slug, done.task.number)}>{done.task.reference}</HrefLink> is added.
        </>
      ),
    });
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Add a task" size="lg">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          <TaskFields draft={draft} onChange={setDraft} refused={fault?.field} />
          <FormFoot
            fault={fault}
            close={onClose}
            running={running}
            disabled={!draft.title.trim() || Object.keys(wrongIn(draft)).length > 0}
          >
            Add
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
