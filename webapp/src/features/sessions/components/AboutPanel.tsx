import { Alert, Button, List, Paper, Stack, Table, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useState } from "react";

import { counted } from "@/shared/text/counts";
import { CopyId } from "@/shared/ui/CopyId";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import type { SessionWholeQuery } from "../api/SessionWhole.generated";
import { ImageLog } from "./ImageLog";

type Session = NonNullable<SessionWholeQuery["session"]>;

/** Limits as they are enforced, and what else is worth knowing of a session. */
export function AboutPanel({ session }: { session: Session }) {
  const [log, setLog] = useState(false);
  return (
    <Stack gap="lg">
      {session.notes.length > 0 && (
        <Alert variant="light" color="gray" icon={<IconInfoCircle size={18} aria-hidden />} p="sm">
          <List size="sm">
            {session.notes.map((note) => (
              <List.Item key={note}>
                <SafeText text={note} />
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
      {session.rebuilt && <Rebuilt rebuilt={session.rebuilt} />}
      {session.setAside.length > 0 && <SetAside work={session.setAside} />}
      <Limits limits={session.limits} />
      {session.jailDriver === "docker" && (
        <Section
          title="Image"
          actions={
            <Button variant="default" onClick={() => setLog(!log)}>
              {log ? "Hide what its building printed" : "Show what its building printed"}
            </Button>
          }
        >
          {log && <ImageLog sessionId={session.id} />}
        </Section>
      )}
    </Stack>
  );
}

function Limits({ limits }: { limits: Session["limits"] }) {
  if (limits.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Limits show here once the session has a worker.
      </Text>
    );
  return (
    <Section title="Limits">
      <Paper withBorder radius="md">
        <Table horizontalSpacing="md" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Of</Table.Th>
              <Table.Th>At most</Table.Th>
              <Table.Th>Enforced by</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {limits.map((limit) => (
              <Table.Tr key={limit.name}>
                <Table.Td>{limit.name.replaceAll("_", " ")}</Table.Td>
                <Table.Td className="mono">{limit.asked}</Table.Td>
                <Table.Td>{limit.enforcedBy}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
    </Section>
  );
}

function Rebuilt({ rebuilt }: { rebuilt: NonNullable<Session["rebuilt"]> }) {
  return (
    <Section title="Made anew">
      <Text size="sm">
        Its worker <SafeText text={rebuilt.fromWorkerId} /> was gone. It was made anew on{" "}
        <SafeText text={rebuilt.workerId} /> <Time at={rebuilt.rebuiltAt} />, from what was kept{" "}
        <Time at={rebuilt.takenAt} />.
      </Text>
      <List size="sm">
        {rebuilt.notCarriedOver.map((each) => (
          <List.Item key={each}>
            <SafeText text={each} />
          </List.Item>
        ))}
      </List>
    </Section>
  );
}

function SetAside({ work }: { work: Session["setAside"] }) {
  return (
    <Section title="Work set aside">
      {work.map((each) => (
        <Text size="sm" key={each.tree}>
          <SafeText text={each.workerId} /> came back with {counted(each.filesChanged, "changed file")}{" "}
          <Time at={each.foundAt} />: tree <CopyId id={each.tree} label="tree" shown={each.tree.slice(0, 12)} />.{" "}
          <SafeText text={each.detail} />
        </Text>
      ))}
    </Section>
  );
}
