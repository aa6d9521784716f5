import { Progress, Stack, Text } from "@mantine/core";

import { useAsked } from "@/shared/graphql/useAsked";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProject } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { counted, whole } from "@/shared/text/counts";
import { globalId, shortId } from "@/shared/text/ids";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { ReplaySessionDocument, type ReplaySessionQuery } from "./api/ReplaySession.generated";
import { Replay } from "./components/Replay";
import { replayRoute } from "./routes";
import { useRecord } from "./useRecord";

export function ReplayPage() {
  const { session: uuid } = replayRoute.useParams();
  const id = globalId("Session", uuid);
  const { data, fault, waiting, again } = useAsked({ query: ReplaySessionDocument, variables: { id } });
  if (waiting) return <Skeletons />;
  if (data?.session) return <Read key={uuid} session={data.session} />;
  return fault ? <Failure fault={fault} again={again} /> : <NoSuch noun="session" />;
}

function Read({ session }: { session: NonNullable<ReplaySessionQuery["session"]> }) {
  const { slug } = useProject();
  const { record, read, fault, again } = useRecord(session.id);
  const name = session.title || shortId(session.id);
  const { total } = session.eventMarks;
  return (
    <Page title={`Replay of ${name}`}>
      <Text size="sm" c="dimmed">
        <HrefLink href={sessionAddress(slug, session.id)} size="sm">
          <SafeText text={name} />
        </HrefLink>
        {record && `, ${counted(record.line.length, "event")}`}
      </Text>
      {fault && <Failure fault={fault} again={again} />}
      {!record && !fault && (
        <Stack gap="xs">
          <Text size="sm" c="dimmed" role="status">
            Reading the session: {whole(read)} of {counted(total, "event")}
          </Text>
          <Progress value={total ? (read / total) * 100 : 0} size="xs" aria-label={`Reading ${visibleText(name)}`} />
          <Skeletons lines={3} height={120} />
        </Stack>
      )}
      {record && <Replay sessionId={session.id} record={record} />}
    </Page>
  );
}
