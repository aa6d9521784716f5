import { Drawer, Group, ScrollArea, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

import { globalId } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Facts } from "@/shared/ui/Facts";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { Erased } from "./Erased";
import type { EventShownFragment } from "./EventShown.generated";
import { wordsOf } from "./words";

interface EventDetailProps {
  /** Undefined: closed. */
  event: EventShownFragment | undefined;
  onClose: () => void;
  actions?: ReactNode;
}

/** All that the log has of an event. */
export function EventDetail({ event, onClose, actions }: EventDetailProps) {
  const words = event && wordsOf(event);
  return (
    <Drawer
      opened={event !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={words && <SafeText text={words.what} />}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {event && (
        <Stack gap="md">
          {words?.more && (
            <Text size="sm">
              <SafeText text={words.more} />
            </Text>
          )}
          {actions && <Group gap="xs">{actions}</Group>}
          <Facts
            facts={[
              ["When", <Time key="when" at={event.recordedAt} exact />],
              ["Position", event.position],
              ["By", <SafeText key="by" text={`${event.actorKind} ${event.actorId}`} />],
              ["Event", <SafeText key="topic" text={`${event.topic}, shape ${event.schemaVersion}`} />],
              ["Stream", <Stream key="stream" event={event} />],
              ["Request", <CopyId key="request" id={event.correlationId} label="request id" />],
              ["Caused by", event.causationId && <span className="mono">{event.causationId}</span>],
            ]}
          />
          {event.erased && <Erased position={event.position} />}
          {event.payload && <Payload text={event.payload} />}
        </Stack>
      )}
    </Drawer>
  );
}

const Stream = ({ event }: { event: EventShownFragment }) => (
  <Group gap={6}>
    <CopyId id={globalId("Stream", event.streamId)} label="stream id" />
    <span>version {event.version}</span>
  </Group>
);

const LONGEST = 100_000;

function Payload({ text }: { text: string }) {
  const pretty = formatted(text);
  return (
    <ScrollArea.Autosize mah="60dvh" type="auto" tabIndex={0} aria-label="Payload">
      <Text component="pre" className="mono" size="xs" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        <SafeText text={pretty.slice(0, LONGEST)} />
        {pretty.length > LONGEST && "\n… and more: qd events list --json"}
      </Text>
    </ScrollArea.Autosize>
  );
}

function formatted(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}
