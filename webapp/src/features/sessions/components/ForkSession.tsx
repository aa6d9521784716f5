import { Modal, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useProject } from "@/shared/projects/useProjects";
import { globalId, uuidOf } from "@/shared/text/ids";
import { FormFoot } from "@/shared/ui/FormFoot";

import { ForkSessionDocument } from "../api/ForkSession.generated";
import type { ForkMoment } from "../routes";

interface ForkSessionProps {
  sessionId: string;
  title: string;
  /** Of a command; without: as it is now. */
  command: string | undefined;
  moment: ForkMoment;
  onClose: () => void;
}

/** Opens another session that starts where this one was. */
export function ForkSession({ sessionId, title: source, command, moment, onClose }: ForkSessionProps) {
  const project = useProject();
  const navigate = useNavigate();
  const { run, running, fault } = useDone(ForkSessionDocument);
  const [title, setTitle] = useState(source);
  const [when, setWhen] = useState<ForkMoment>(moment);
  const fork = async (event: FormEvent) => {
    event.preventDefault();
    const at = command ? { commandId: globalId("Command", command), moment: when } : null;
    const done = await run({ input: { sessionId, title: title.trim() || null, at } });
    if (!done) return;
    const params = { project: project.slug, session: uuidOf(done.session.id) };
    void navigate({ to: "/p/$project/sessions/$session", params, search: {} });
  };
  return (
    <Modal opened onClose={onClose} title="Fork this session">
      <form onSubmit={(event) => void fork(event)}>
        <Stack gap="sm">
          <Text size="sm">
            {command
              ? "Files, working directory and variables will be as they were then."
              : "Files, working directory and variables will be as they were after its last command."}
          </Text>
          {command && (
            <SegmentedControl
              size="xs"
              w="fit-content"
              aria-label="Before or after the command"
              value={when}
              onChange={(next) => setWhen(next as ForkMoment)}
              data={[
                { value: "BEFORE", label: `Before command ${command.slice(-8)}` },
                { value: "AFTER", label: "After it" },
              ]}
            />
          )}
          <TextInput
            label="Title"
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
            data-autofocus
          />
          <FormFoot fault={fault} close={onClose} running={running}>
            Fork
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
