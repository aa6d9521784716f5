import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";

import { OpenSessionDocument } from "../api/OpenSession.generated";
import { ProjectPersonasDocument } from "../api/ProjectPersonas.generated";

const NOTHING = { title: "", ref: "", persona: null as string | null };

export function OpenSession({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const project = useProject();
  const [form, setForm] = useState(NOTHING);
  const { data } = useAsked({ query: ProjectPersonasDocument, variables: { id: project.id }, pause: !opened });
  const personas = data?.project?.personas.edges.map((edge) => edge.node.name) ?? [];
  const { run, running, fault, clear } = useDone(OpenSessionDocument);
  const close = () => {
    clear();
    setForm(NOTHING);
    onClose();
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const input = {
      projectId: project.id,
      title: form.title.trim() || null,
      ref: form.ref.trim() || null,
      persona: form.persona,
    };
    if (await run({ input })) close();
  };
  return (
    <Modal opened={opened} onClose={close} title="Open a session">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          <TextInput
            label="Title"
            description="What it is for"
            data-autofocus
            value={form.title}
            onChange={(event) => setForm({ ...form, title: event.currentTarget.value })}
          />
          <TextInput
            label="From"
            description="A branch, a tag or a commit"
            placeholder={project.defaultBranch}
            spellCheck={false}
            value={form.ref}
            onChange={(event) => setForm({ ...form, ref: event.currentTarget.value })}
          />
          {personas.length > 0 && (
            <Select
              label="Persona"
              description="Whose limits hold"
              clearable
              data={personas.map((name) => ({ value: name, label: visibleText(name) }))}
              value={form.persona}
              onChange={(persona) => setForm({ ...form, persona })}
            />
          )}
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
