import { Modal, Stack, TextInput } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useProjects } from "@/shared/projects/useProjects";
import { FormFoot } from "@/shared/ui/FormFoot";

import { CreateProjectDocument } from "../api/CreateProject.generated";

const NOTHING = { repository: "", name: "", defaultBranch: "" };

export function AddProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const router = useRouter();
  const { slugOf } = useProjects();
  const [form, setForm] = useState(NOTHING);
  const { run, running, fault, clear } = useDone(CreateProjectDocument);
  const field = (name: keyof typeof form) => ({
    value: form[name],
    error: fault?.field === name,
    onChange: (event: { currentTarget: { value: string } }) => setForm({ ...form, [name]: event.currentTarget.value }),
  });
  const close = () => {
    clear();
    setForm(NOTHING);
    onClose();
  };
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const input = {
      repository: form.repository.trim(),
      name: form.name.trim() || null,
      defaultBranch: form.defaultBranch.trim() || null,
    };
    const done = await run({ input });
    if (!done) return;
    setForm(NOTHING);
    await router.navigate({ to: "/p/$project", params: { project: slugOf(done.project) }, replace: true });
  };
  return (
    <Modal opened={opened} onClose={close} title="Add a project">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          <TextInput
            label="Repository"
            description="A folder on the server's machine, or an address that git can clone"
            placeholder="/srv/git/deck or https://…"
            required
            data-autofocus
            spellCheck={false}
            {...field("repository")}
          />
          <TextInput label="Name" description="As long as nothing is said: the repository's" {...field("name")} />
          <TextInput
            label="Default branch"
            description="As long as nothing is said: the one that it has checked out"
            spellCheck={false}
            {...field("defaultBranch")}
          />
          <FormFoot fault={fault} close={close} running={running} disabled={!form.repository.trim()}>
            Add
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
