import { Table } from "@mantine/core";
import type { ReactNode } from "react";

import { useProjects } from "@/shared/projects/useProjects";
import { HrefLink } from "@/shared/routing/HrefLink";
import { uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import type { LogEventFragment } from "../api/LogEvent.generated";
import { aboutAddress, causeSearch, requestSearch, sessionAddress } from "../reading/addresses";
import { actor } from "../reading/payloads";
import type { LogSearch } from "../reading/search";
import type { Topic } from "../reading/topics";
import { EventProof } from "./EventProof";

import classes from "./EventFacts.module.css";

interface EventFactsProps {
  event: LogEventFragment;
  topics: readonly Topic[];
  go: (search: LogSearch) => void;
}

export function EventFacts({ event, topics, go }: EventFactsProps) {
  const { projects, slugOf } = useProjects();
  const project = projects.find((each) => each.id === event.projectId);
  const page = project && aboutAddress(slugOf(project), event);
  const newest = topics.find((each) => each.topic === event.topic)?.schemaVersion;
  const cause = event.causationId ? causeSearch(event.causationId) : undefined;
  const narrow = (label: string, search: LogSearch) => (
    <button type="button" className={classes.narrow} onClick={() => go(search)}>
      {label}
    </button>
  );
  return (
    <Table className={classes.facts} withRowBorders={false} verticalSpacing={4}>
      <Table.Tbody>
        <Fact name="Recorded">
          <Time at={event.recordedAt} exact />
        </Fact>
        <Fact name="By">
          <SafeText text={actor(event.actorKind, event.actorId)} />{" "}
          {narrow("all by them", { by: `${event.actorKind}:${event.actorId}` })}
        </Fact>
        <Fact name="Topic">
          <SafeText text={event.topic} />, version {event.schemaVersion}
          {newest !== undefined && newest > event.schemaVersion && `, read as version ${newest}`}{" "}
          {narrow("all of it", { topics: [event.topic] })}
        </Fact>
        <Fact name="Project">{project && <SafeText text={project.name} />}</Fact>
        <Fact name="Session">
          {event.sessionId && (
            <>
              {project && (
                <HrefLink inherit href={sessionAddress(slugOf(project), event.sessionId)}>
                  open
                </HrefLink>
              )}{" "}
              <CopyId id={event.sessionId} label="session id" />{" "}
              {narrow("all of it", { session: uuidOf(event.sessionId) })}
            </>
          )}
        </Fact>
        <Fact name="Stream">
          <CopyId id={event.streamId} label="stream id" />, event {event.version} of it{" "}
          {narrow("its history", { stream: event.streamId })}
        </Fact>
        <Fact name="Request">
          <CopyId id={event.correlationId} label="request id" />{" "}
          {narrow("all it did", requestSearch(event.correlationId, event.recordedAt))}
        </Fact>
        <Fact name="Cause">
          {event.causationId && (
            <>
              <SafeText text={event.causationId} /> {cause && narrow("its history", cause)}
            </>
          )}
        </Fact>
        <Fact name="Trace">{event.traceparent && <SafeText text={event.traceparent} />}</Fact>
        <Fact name="Shown at">
          {page && (
            <HrefLink inherit href={page.address}>
              {page.label}
            </HrefLink>
          )}
        </Fact>
        <Fact name="Payload SHA-256">
          <span className="mono">{event.payloadDigest}</span>
        </Fact>
        <Fact name="Chain digest">
          <span className="mono">{event.digest}</span>
          <EventProof key={event.position} event={event} />
        </Fact>
      </Table.Tbody>
    </Table>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  if (!children) return null;
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>{children}</Table.Td>
    </Table.Tr>
  );
}
