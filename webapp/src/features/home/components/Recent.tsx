import { Paper, Text } from "@mantine/core";

import { useProjects } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import { outcome } from "../outcomes";
import type { CommandIn, Waiting } from "../work";

import classes from "./Home.module.css";

export function Recent({ commands }: { commands: readonly CommandIn[] }) {
  const { slugOf } = useProjects();
  return (
    <Section title="Finished lately">
      {commands.length === 0 ? (
        <Text size="sm" c="dimmed">
          Commands that end are listed here.
        </Text>
      ) : (
        <Paper withBorder component="ul" className={classes.list}>
          {commands.map(({ command, session }) => (
            <li key={command.id} className={classes.row}>
              <Status {...outcome(command)} />
              <HrefLink
                href={sessionAddress(slugOf(session.project), session.id)}
                size="sm"
                className={`mono ${classes.cut}`}
                c="inherit"
              >
                <SafeText text={command.text} />
              </HrefLink>
              <Text size="xs" c="dimmed" className={classes.nowrap}>
                {command.endedAt && <Time at={command.endedAt} />}
              </Text>
            </li>
          ))}
        </Paper>
      )}
    </Section>
  );
}

export function Queue({ waiting }: { waiting: readonly Waiting[] }) {
  const { slugOf } = useProjects();
  if (waiting.length === 0) return null;
  return (
    <Section title={`Waiting (${waiting.length})`}>
      <Paper withBorder component="ul" className={classes.list}>
        {waiting.map(({ key, session, what, place }) => (
          <li key={key} className={classes.row}>
            <Text size="xs" c="dimmed" className={classes.place}>
              {place?.position ?? "–"}
            </Text>
            <HrefLink
              href={sessionAddress(slugOf(session.project), session.id)}
              size="sm"
              className={classes.cut}
              c="inherit"
            >
              <SafeText text={what} />
            </HrefLink>
            <Text size="xs" c="dimmed" className={classes.cut}>
              <SafeText text={place?.reason ?? ""} />
            </Text>
          </li>
        ))}
      </Paper>
    </Section>
  );
}
