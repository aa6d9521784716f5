import { Button, Group, Modal, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { Failure } from "@/shared/ui/Failure";

import { OpenSessionDocument } from "../api/OpenSession.generated";
import { NOTHING, sessionAsked, SessionFields } from "./SessionFields";

export function OpenSession({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const project = useProject();
  const [form, setForm] = useState(NOTHING);
  const { run, running, fault, clear } = useDone(OpenSessionDocument);
  const close = () => {
    clear();
    setForm(NOTHING);
    onClose();
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await run({ input: { projectId: project.id, ...sessionAsked(form) } })) close();
  };
  return (
    <Modal opened={opened} onClose={close} title="Open a session">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          <SessionFields form={form} onChange={setForm} />
          {fault && <Failure fault={fault} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={running}>
              Open
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
