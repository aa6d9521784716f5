import { Alert, Button, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconEraser } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { whole } from "@/shared/text/counts";
import { FormFoot } from "@/shared/ui/FormFoot";

import { EraseFromLogDocument } from "../api/EraseFromLog.generated";
import type { LogEventFragment } from "../api/LogEvent.generated";

const SCOPE = "log:erase";

/** Takes a leaked secret out of an event, for good. Offered to those whose token may. */
export function Erasing({ event }: { event: LogEventFragment }) {
  const { may } = useViewer();
  const [opened, setOpened] = useState(false);
  if (!may(SCOPE) || event.payload === null) return null;
  return (
    <>
      <Button
        variant="default"
        color="red"
        leftSection={<IconEraser size={14} aria-hidden />}
        onClick={() => setOpened(true)}
      >
        Erase …
      </Button>
      {opened && <Confirm event={event} close={() => setOpened(false)} />}
    </>
  );
}

function Confirm({ event, close }: { event: LogEventFragment; close: () => void }) {
  const [reason, setReason] = useState("");
  const [fields, setFields] = useState("");
  const [done, setDone] = useState(false);
  const { run, running, fault } = useDone(EraseFromLogDocument);
  const names = fields.split(/[\s,]+/).filter(Boolean);
  const send = async (submitted: FormEvent) => {
    submitted.preventDefault();
    const target = { position: event.position, fields: names.length > 0 ? names : null };
    setDone((await run({ input: { reason: reason.trim(), events: [target] } })) !== undefined);
  };
  return (
    <Modal opened onClose={close} title={`Erase from event ${whole(event.position)}`}>
      {done ? (
        <Stack gap="sm">
          <Text size="sm">It is gone from the log. Lists and searches follow in a moment.</Text>
          <Button onClick={close}>Close</Button>
        </Stack>
      ) : (
        <form onSubmit={(submitted) => void send(submitted)}>
          <Stack gap="sm">
            <Alert variant="light" color="red" p="xs">
              This cannot be undone. The event stays, with a hole in it; that you erased it, when and why is an event of
              its own, for ever. Backups and exports that were made before still have it.
            </Alert>
            <TextInput
              label="Fields"
              description="As they are called in the payload, apart by spaces; a dot leads into an object. Left empty: all that can be erased"
              spellCheck={false}
              value={fields}
              onChange={(typed) => setFields(typed.currentTarget.value)}
            />
            <Textarea
              label="Reason"
              description="It stays in the log: do not repeat the secret"
              required
              data-autofocus
              value={reason}
              onChange={(typed) => setReason(typed.currentTarget.value)}
            />
            <FormFoot fault={fault} close={close} color="red.9" running={running} disabled={!reason.trim()}>
              Erase for good
            </FormFoot>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
