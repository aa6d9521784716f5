import { Button } from "@mantine/core";
import { IconGitFork, IconPlayerPlay, IconTerminal } from "@tabler/icons-react";
import { useState } from "react";
import { useClient } from "urql";

import { EventDetail } from "@/shared/events/EventDetail";
import type { EventShownFragment } from "@/shared/events/EventShown.generated";
import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { ButtonLink } from "@/shared/routing/links";
import { uuidOf } from "@/shared/text/ids";

import { LastCommandBeforeDocument } from "../api/LastCommandBefore.generated";
import { SessionEventPageDocument } from "../api/SessionEventPage.generated";
import type { SessionSearch } from "../routes";
import { TimeLine } from "./TimeLine";

interface EventsPanelProps {
  sessionId: string;
  search: SessionSearch;
  onSearch: (next: Partial<SessionSearch>) => void;
  mayFork: boolean;
}

/** The time line, and the event of it that the address names. */
export function EventsPanel({ sessionId, search, onSearch, mayFork }: EventsPanelProps) {
  const [opened, setOpened] = useState<EventShownFragment>();
  const { event: at } = search;
  const { data } = useAsked({
    query: SessionEventPageDocument,
    variables: { sessionId, topics: undefined, after: String((at ?? 1) - 1), first: 1 },
    context: UNCACHED,
    pause: at === undefined || opened?.position === at,
  });
  const [named] = data?.events.edges.map((edge) => edge.node) ?? [];
  const shown = [opened, named].find((each) => at !== undefined && each?.position === at);
  const open = (event: EventShownFragment) => {
    setOpened(event);
    onSearch({ event: event.position });
  };
  return (
    <>
      <TimeLine sessionId={sessionId} kind={search.kind} onKind={(kind) => onSearch({ kind })} at={at} onOpen={open} />
      <EventDetail
        event={shown}
        onClose={() => onSearch({ event: undefined })}
        actions={shown && <Actions event={shown} sessionId={sessionId} mayFork={mayFork} onSearch={onSearch} />}
      />
    </>
  );
}

interface ActionsProps {
  event: EventShownFragment;
  sessionId: string;
  mayFork: boolean;
  onSearch: EventsPanelProps["onSearch"];
}

function Actions({ event, sessionId, mayFork, onSearch }: ActionsProps) {
  const project = useProject();
  const client = useClient();
  const ofCommand = event.topic.startsWith("Command");
  const fork = async () => {
    if (ofCommand && event.topic !== "CommandFinished")
      return onSearch({ fork: event.streamId, moment: "BEFORE", event: undefined });
    const asked = { sessionId, before: String(event.position + 1) };
    const { data } = await client.query(LastCommandBeforeDocument, asked, UNCACHED).toPromise();
    const last = data?.events.edges[0]?.node.streamId;
    return onSearch({ fork: last ?? "now", moment: "AFTER", event: undefined });
  };
  return (
    <>
      {ofCommand && (
        <ButtonLink
          variant="default"
          to="/p/$project/sessions/$session/commands/$command"
          params={{ project: project.slug, session: uuidOf(sessionId), command: event.streamId }}
          leftSection={<IconTerminal size={14} aria-hidden />}
        >
          The command
        </ButtonLink>
      )}
      <ButtonLink
        variant="default"
        to="/p/$project/sessions/$session/replay"
        params={{ project: project.slug, session: uuidOf(sessionId) }}
        search={{ at: event.position }}
        leftSection={<IconPlayerPlay size={14} aria-hidden />}
      >
        Replay from here
      </ButtonLink>
      {mayFork && (
        <Button variant="default" leftSection={<IconGitFork size={14} aria-hidden />} onClick={() => void fork()}>
          Fork from here
        </Button>
      )}
    </>
  );
}
