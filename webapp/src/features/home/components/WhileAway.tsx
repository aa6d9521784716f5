import { Button, Group as Line, Paper, Text } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";

import { useDone } from "@/shared/graphql/useDone";
import { useEach } from "@/shared/graphql/useEach";
import type { ProjectRowFragment } from "@/shared/projects/ProjectRow.generated";
import { useProjects } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { MarkReadDocument } from "../api/MarkRead.generated";
import { WhileAwayDocument } from "../api/WhileAway.generated";
import { type Away, byWhom, type Group, isUrgent, said } from "../away";

import classes from "./Home.module.css";

const MOST_PROJECTS = 20;

interface Told {
  project: ProjectRowFragment;
  away: Away;
}

/** What happened in each project since this viewer has read it. */
export function useAway(): { told: Told[]; waiting: boolean; again: () => void } {
  const { projects, waiting } = useProjects();
  const looked = projects.filter((each) => !each.archived).slice(0, MOST_PROJECTS);
  const asked = useEach(
    WhileAwayDocument,
    looked.map((each) => ({ projectId: each.id })),
  );
  const told = looked.flatMap((project, index) => {
    const away = asked.answers[index]?.whileAway;
    return away && away.groups.length > 0 ? [{ project, away }] : [];
  });
  return { told, waiting: waiting || asked.waiting, again: asked.again };
}

export function WhileAway({ told, again }: { told: readonly Told[]; again: () => void }) {
  if (told.length === 0) return null;
  return (
    <Section title="While you were away">
      {told.map(({ project, away }) => (
        <ProjectAway key={project.id} project={project} away={away} again={again} />
      ))}
    </Section>
  );
}

function ProjectAway({ project, away, again }: { project: ProjectRowFragment; away: Away; again: () => void }) {
  const { slugOf } = useProjects();
  const { run, running, fault } = useDone(MarkReadDocument);
  const read = async () => {
    if (await run({ input: { projectId: project.id, position: away.upTo } })) again();
  };
  return (
    <Paper withBorder p="sm">
      <Line justify="space-between" gap="xs" mb={4}>
        <Text size="sm" fw={600}>
          <HrefLink href={nounAddress(slugOf(project), "sessions")} c="inherit">
            <SafeText text={project.name} />
          </HrefLink>{" "}
          <Text span size="xs" c="dimmed">
            {away.readAt ? (
              <>
                since <Time at={away.readAt} />
              </>
            ) : (
              "in the last week"
            )}
          </Text>
        </Text>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconChecks size={14} aria-hidden />}
          loading={running}
          onClick={() => void read()}
        >
          Mark as read
        </Button>
      </Line>
      {fault && <Failure fault={fault} />}
      <ul className={classes.happenings}>
        {away.groups.map((group) => (
          <GroupRow key={group.kind} group={group} />
        ))}
      </ul>
    </Paper>
  );
}

function GroupRow({ group }: { group: Group }) {
  return (
    <li>
      <details className={classes.happening} data-urgent={isUrgent(group)}>
        <summary>
          <Text span size="sm" fw={500}>
            {said(group)}
          </Text>{" "}
          <Text span size="xs" c="dimmed">
            <SafeText text={byWhom(group)} />
          </Text>
        </summary>
        <ul className={classes.happenings}>
          {group.newest.map((each) => (
            <li key={each.position}>
              <Text size="xs" truncate>
                <Text span size="xs" c="dimmed">
                  <Time at={each.happenedAt} />
                </Text>{" "}
                <SafeText text={each.subject} />
              </Text>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
