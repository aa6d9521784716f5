import { Card, Group, SimpleGrid, Text } from "@mantine/core";
import { IconTerminal2 } from "@tabler/icons-react";

import { SessionName, SessionStatus } from "@/features/sessions";
import { useProjects } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { Empty } from "@/shared/ui/Empty";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Duration, Time } from "@/shared/ui/Time";

import { isRunning, type RunningSession } from "../work";
import { LastLines } from "./LastLines";

import classes from "./Home.module.css";

/** So many are followed at once: each is a subscription. */
const MOST = 12;

export function Running({ sessions }: { sessions: readonly RunningSession[] }) {
  return (
    <Section title="At work">
      {sessions.length === 0 && (
        <Empty icon={IconTerminal2} title="No session is open" command="qd session open -p PROJECT">
          A session is a jailed shell on its own copy of a repository, for an agent or for you.
        </Empty>
      )}
      <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="sm">
        {sessions.slice(0, MOST).map((each) => (
          <SessionCard key={each.session.id} {...each} />
        ))}
      </SimpleGrid>
      {sessions.length > MOST && (
        <Text size="xs" c="dimmed">
          And {sessions.length - MOST} more, on their projects&apos; pages.
        </Text>
      )}
    </Section>
  );
}

function SessionCard({ session, command }: RunningSession) {
  const { slugOf } = useProjects();
  return (
    <Card component="article" withBorder padding="sm" className={classes.card}>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <HrefLink href={sessionAddress(slugOf(session.project), session.id)} fw={600} size="sm" lineClamp={1}>
          <SessionName session={session} />
        </HrefLink>
        <SessionStatus state={session.state} />
      </Group>
      <Text size="xs" c="dimmed" truncate>
        <SafeText text={session.project.name} /> · <SafeText text={session.ownerName} />
        {session.task && ` · ${session.task.reference}`}
      </Text>
      {command ? (
        <>
          <Group justify="space-between" gap="xs" wrap="nowrap" mt={8}>
            <Text size="xs" className={`mono ${classes.prompt}`} truncate>
              <SafeText text={command.text} />
            </Text>
            <Text size="xs" c="dimmed" className={classes.nowrap}>
              {isRunning({ session, command }) && command.startedAt ? (
                <Duration from={command.startedAt} />
              ) : (
                command.endedAt && <Time at={command.endedAt} />
              )}
            </Text>
          </Group>
          <LastLines key={command.id} commandId={command.id} />
        </>
      ) : (
        <Text size="xs" c="dimmed" mt={8}>
          Nothing was run yet. Opened <Time at={session.openedAt} />.
        </Text>
      )}
    </Card>
  );
}
