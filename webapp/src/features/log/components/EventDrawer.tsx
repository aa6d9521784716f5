import { Button, Drawer, Group, Stack } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useEffect, useState } from "react";

import { nameOf } from "@/shared/events/words";
import type { Fault } from "@/shared/graphql/faults";
import { whole } from "@/shared/text/counts";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import type { LogEventFragment } from "../api/LogEvent.generated";
import type { LogSearch } from "../reading/search";
import type { Topic } from "../reading/topics";
import { faultIn, pageOf } from "../reading/useLog";
import { EventFacts } from "./EventFacts";
import { EventPayload } from "./EventPayload";

interface EventDrawerProps {
  position: number;
  /** The event, where the list has it. */
  known: LogEventFragment | undefined;
  topics: readonly Topic[];
  search: LogSearch;
  go: (search: LogSearch, replace?: boolean) => void;
}

/** One event with everything that the log holds of it. */
export function EventDrawer({ position, known, topics, search, go }: EventDrawerProps) {
  const { event, fault } = useEvent(position, known);
  const close = () => go({ ...search, event: undefined });
  const step = (by: number) => go({ ...search, event: position + by }, true);
  return (
    <Drawer
      opened
      onClose={close}
      position="right"
      size="lg"
      title={
        <>
          {event ? <SafeText text={nameOf(event.topic)} /> : "Event"} · {whole(position)}
        </>
      }
      closeButtonProps={{ "aria-label": "Close the event" }}
    >
      <Stack gap="md">
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<IconArrowDown size={14} aria-hidden />}
            disabled={position <= 1}
            onClick={() => step(-1)}
          >
            Before it
          </Button>
          <Button variant="default" leftSection={<IconArrowUp size={14} aria-hidden />} onClick={() => step(1)}>
            After it
          </Button>
        </Group>
        {fault && <Failure fault={fault} />}
        {!event && !fault && <Skeletons />}
        {event && <EventPayload event={event} />}
        {event && <EventFacts event={event} topics={topics} go={go} />}
      </Stack>
    </Drawer>
  );
}

interface Read {
  event?: LogEventFragment;
  fault?: Fault;
}

function useEvent(position: number, known: LogEventFragment | undefined): Read {
  const [read, setRead] = useState<Read & { position: number }>();
  const here = known !== undefined;
  useEffect(() => {
    if (here) return undefined;
    let left = false;
    const tell = (next: Read) => left || setRead({ position, ...next });
    pageOf({ first: 1, after: String(position - 1) })
      .then(({ events: [event] }) => tell(event?.position === position ? { event } : { fault: notThere(position) }))
      .catch((error: unknown) => tell({ fault: faultIn(error) }));
    return () => {
      left = true;
    };
  }, [position, here]);
  return known ? { event: known } : read?.position === position ? read : {};
}

const notThere = (position: number): Fault => ({
  code: "NOT_FOUND",
  message: `There is no event at ${whole(position)} that you may see.`,
  nextStep: "The log may not have come as far yet, or it belongs to a project that you are not a member of.",
});
