import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import { IconEraser, IconHelpCircle } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { SafeText } from "@/shared/ui/SafeText";

import type { LogEventFragment } from "../api/LogEvent.generated";
import { pretty, reasonFor } from "../reading/payloads";
import { pageOf } from "../reading/useLog";
import { Erasing } from "./Erasing";

import classes from "./EventPayload.module.css";

const RECORDS = 100;

export function EventPayload({ event }: { event: LogEventFragment }) {
  const text = event.payload === null || event.payload === undefined ? undefined : pretty(event.payload);
  return (
    <Stack gap="xs">
      {!event.known && (
        <Alert variant="light" color="yellow" p="xs" icon={<IconHelpCircle size={18} aria-hidden />}>
          This release does not know this kind of event. It is kept, and shown here, word for word.
        </Alert>
      )}
      {event.erased && <Hole event={event} />}
      {text !== undefined && (
        <Code block className={classes.payload} tabIndex={0} aria-label="Payload">
          <SafeText text={text} />
        </Code>
      )}
      <Group gap="xs">
        {text !== undefined && (
          <CopyButton value={event.payload ?? ""}>
            {({ copied, copy }) => (
              <Button variant="default" onClick={copy}>
                {copied ? "Copied" : "Copy the payload"}
              </Button>
            )}
          </CopyButton>
        )}
        <Erasing event={event} />
      </Group>
    </Stack>
  );
}

/** Where something was erased: why, as the record of it says. */
function Hole({ event }: { event: LogEventFragment }) {
  const [reason, setReason] = useState<string>();
  const { position } = event;
  useEffect(() => {
    let left = false;
    pageOf({ topics: ["PayloadErased"], after: String(position), first: RECORDS })
      .then(({ events }) => events.map((each) => reasonFor(position, each.payload)).find(Boolean))
      .then((found) => left || setReason(found))
      .catch(() => undefined);
    return () => {
      left = true;
    };
  }, [position]);
  return (
    <Alert variant="light" color="yellow" p="xs" icon={<IconEraser size={18} aria-hidden />}>
      <Text size="sm">{event.payload ? "Parts of it were erased." : "What it said was erased."}</Text>
      {reason && (
        <Text size="sm">
          <SafeText text={reason} />
        </Text>
      )}
    </Alert>
  );
}
