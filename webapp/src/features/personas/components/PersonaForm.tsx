import { Modal, SimpleGrid, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { limitFields, SettingInput } from "@/features/projects";
import { useDone } from "@/shared/graphql/useDone";
import { visibleText } from "@/shared/text/visible";
import { FormFoot } from "@/shared/ui/FormFoot";

import { DefinePersonaDocument } from "../api/DefinePersona.generated";
import type { PersonaWholeFragment } from "../api/PersonaWhole.generated";
import { RevisePersonaDocument } from "../api/RevisePersona.generated";
import { inputOf, termsOf } from "../terms";

interface PersonaFormProps {
  projectId: string;
  /** Undefined: a new one. */
  persona: PersonaWholeFragment | undefined;
  close: () => void;
}

export function PersonaForm({ projectId, persona, close }: PersonaFormProps) {
  const [name, setName] = useState("");
  const [terms, setTerms] = useState(() => termsOf(persona));
  const defining = useDone(DefinePersonaDocument);
  const revising = useDone(RevisePersonaDocument);
  const fault = defining.fault ?? revising.fault;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const input = inputOf(terms);
    const done = persona
      ? await revising.run({ input: { personaId: persona.id, ...input } })
      : await defining.run({ input: { projectId, name: name.trim(), ...input } });
    if (done) close();
  };
  return (
    <Modal opened onClose={close} title={persona ? visibleText(persona.name) : "Define a persona"} size="xl">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="md">
          {!persona && (
            <TextInput
              label="Name"
              required
              data-autofocus
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
          )}
          <Textarea
            label="What it is for"
            autosize
            value={terms.description}
            onChange={(event) => setTerms({ ...terms, description: event.currentTarget.value })}
          />
          <Text size="sm" fw={500}>
            Limits of its sessions, where they are to be stricter than the project&apos;s
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="sm">
            {limitFields.map((field) => {
              const limit = field.path.replace("limits.", "");
              return (
                <SettingInput
                  key={limit}
                  field={{ ...field, empty: "the project's" }}
                  disabled={false}
                  value={terms.limits[limit]}
                  onChange={(value) => setTerms({ ...terms, limits: { ...terms.limits, [limit]: value } })}
                />
              );
            })}
          </SimpleGrid>
          <Switch
            label="A network list of its own"
            description="Both lists must allow a place: this one, and the project's"
            checked={terms.ownNetwork}
            onChange={(event) => setTerms({ ...terms, ownNetwork: event.currentTarget.checked })}
          />
          {terms.ownNetwork && (
            <Textarea
              label="Places that its sessions may connect to"
              description="One in each line, with a port where it is not 443. None: nowhere"
              autosize
              minRows={2}
              spellCheck={false}
              value={terms.network}
              onChange={(event) => setTerms({ ...terms, network: event.currentTarget.value })}
            />
          )}
          {persona && (
            <Text size="xs" c="dimmed">
              Its network list holds for running sessions at once, its limits for those that are opened from now on.
            </Text>
          )}
          <FormFoot
            fault={fault}
            close={close}
            running={defining.running || revising.running}
            disabled={!persona && !name.trim()}
          >
            {persona ? "Save" : "Define"}
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
