import { Alert, Button, Checkbox, Code, CopyButton, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { FormFoot } from "@/shared/ui/FormFoot";

import { IssueTokenDocument } from "../api/IssueToken.generated";
import { explained, offered, reading } from "../scopes";
import { endOf } from "../standing";

import classes from "./IssueToken.module.css";

const ENDS = { "in 7 days": 7, "in 30 days": 30, "in 90 days": 90, "in a year": 365, never: undefined };
type End = keyof typeof ENDS;

export function IssueToken({ onClose }: { onClose: () => void }) {
  const [secret, setSecret] = useState<string>();
  return (
    <Modal
      opened
      onClose={onClose}
      title={secret ? "Your token" : "Issue a token"}
      size="lg"
      closeOnClickOutside={secret === undefined}
      closeOnEscape={secret === undefined}
    >
      {secret ? <Once secret={secret} onClose={onClose} /> : <Form issued={setSecret} onClose={onClose} />}
    </Modal>
  );
}

function Form({ issued, onClose }: { issued: (secret: string) => void; onClose: () => void }) {
  const { viewer } = useViewer();
  const scopes = offered(viewer?.scopes ?? []);
  const [name, setName] = useState("");
  const [end, setEnd] = useState<End>("in 90 days");
  const [chosen, setChosen] = useState<string[]>([]);
  const { run, running, fault } = useDone(IssueTokenDocument);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const done = await run({ input: { name: name.trim(), scopes: chosen, expiresAt: endOf(ENDS[end], Date.now()) } });
    if (done) issued(done.secret);
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <Stack gap="sm">
        <TextInput
          label="Name"
          description="What it is for, such as “ci” or “agent on the laptop”"
          required
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="It ends"
          data={Object.keys(ENDS)}
          value={end}
          allowDeselect={false}
          onChange={(value) => setEnd(value as End)}
        />
        <Checkbox.Group
          label="What it may do"
          description="Never more than you. Choose as little as will do"
          value={chosen}
          onChange={setChosen}
        >
          <Group gap="xs" my={6}>
            <Button variant="default" size="compact-xs" onClick={() => setChosen(reading(scopes))}>
              Only read
            </Button>
            <Button
              variant="default"
              size="compact-xs"
              onClick={() => setChosen(scopes.filter((scope) => scope !== "log:erase"))}
            >
              All that I may
            </Button>
            <Button variant="default" size="compact-xs" onClick={() => setChosen([])}>
              None
            </Button>
          </Group>
          <div className={classes.scopes}>
            {scopes.map((scope) => (
              <Checkbox key={scope} size="xs" value={scope} label={scope} description={explained(scope)} />
            ))}
          </div>
        </Checkbox.Group>
        <FormFoot fault={fault} close={onClose} running={running} disabled={!name.trim() || chosen.length === 0}>
          Issue
        </FormFoot>
      </Stack>
    </form>
  );
}

/** The secret, which nobody can show again. */
function Once({ secret, onClose }: { secret: string; onClose: () => void }) {
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" p="xs">
        Copy it now: it is shown this once. The server keeps only its hash.
      </Alert>
      <Code block className={classes.secret}>
        {secret}
      </Code>
      <Text size="sm" c="dimmed">
        For qd on another machine: call “qd login” there, and paste it.
      </Text>
      <Group justify="flex-end" gap="xs">
        <CopyButton value={secret}>
          {({ copied, copy }) => (
            <Button variant={copied ? "default" : "filled"} onClick={copy}>
              {copied ? "Copied" : "Copy the token"}
            </Button>
          )}
        </CopyButton>
        <Button variant="default" onClick={onClose}>
          I have it
        </Button>
      </Group>
    </Stack>
  );
}
