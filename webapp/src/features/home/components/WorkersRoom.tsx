import { Paper, Progress, Text } from "@mantine/core";
import { IconCircleCheck, IconPlugConnectedX } from "@tabler/icons-react";

import { useAsked } from "@/shared/graphql/useAsked";
import { about, useFresh } from "@/shared/streams/feed";
import { bytes } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";

import { WorkersRoomDocument, type WorkersRoomQuery } from "../api/WorkersRoom.generated";

import classes from "./Home.module.css";

/** Each worker's places, and what is free on its disk. */
export function WorkersRoom() {
  const { data, again } = useAsked({ query: WorkersRoomDocument });
  useFresh(again, about("SessionProvisioned", "SessionClosed", "SessionLost", "SessionOpened", "Worker"));
  if (!data) return null;
  return (
    <Section title="Workers">
      {data.workers.length === 0 ? (
        <Text size="sm" c="dimmed">
          No worker is there: sessions wait until one is. Start one with <code>quarterdeck serve worker</code>.
        </Text>
      ) : (
        <Paper withBorder component="ul" className={classes.list}>
          {data.workers.map((worker) => (
            <WorkerRow key={worker.id} worker={worker} />
          ))}
        </Paper>
      )}
    </Section>
  );
}

function WorkerRow({ worker }: { worker: WorkersRoomQuery["workers"][number] }) {
  const { host, alive, sessions, capacity, diskFree } = worker;
  const used = capacity > 0 ? (sessions / capacity) * 100 : 0;
  return (
    <li className={classes.worker}>
      <Text size="sm" fw={500} truncate>
        <SafeText text={host} />
      </Text>
      {alive ? (
        <Status tone="good" icon={IconCircleCheck} label="there" />
      ) : (
        <Status tone="bad" icon={IconPlugConnectedX} label="gone" />
      )}
      <Progress value={used} size="sm" aria-label={`Places taken on ${visibleText(host)}`} className={classes.wide} />
      <Text size="xs" c="dimmed" className={classes.wide}>
        {sessions} of {capacity} places taken{diskFree !== null && ` · ${bytes(diskFree)} free`}
      </Text>
    </li>
  );
}
