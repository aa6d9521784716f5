import { Modal, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { FormFoot } from "@/shared/ui/FormFoot";

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
          <FormFoot fault={fault} close={close} running={running}>
            Open
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
