import { List, Table, Text } from "@mantine/core";

import { CommandStatus } from "@/features/commands";
import { SessionStatus } from "@/features/sessions";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { commandAddress, sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { counted, whole } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { span } from "@/shared/time/spans";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Duration, Time } from "@/shared/ui/Time";

import { ComparedUsageDocument } from "../api/ComparedUsage.generated";
import type { CompareSessionsQuery } from "../api/CompareSessions.generated";
import { commonOf, ranInBoth } from "../comparing";
import { dollars, type Took, tookOf } from "../usage";
import { LeftOut } from "./LeftOut";

import classes from "./SideBySide.module.css";

type Comparison = CompareSessionsQuery["compareSessions"];
type Side = Comparison["a"];

/** What two sessions have in common, what each took, and how what both ran ended. */
export function SideBySide({ comparison }: { comparison: Comparison }) {
  const { a, b } = comparison;
  return (
    <>
      <List size="sm" spacing={2}>
        {commonOf(comparison).map((each) => (
          <List.Item key={each}>{each}</List.Item>
        ))}
      </List>
      <Table.ScrollContainer minWidth={300}>
        <Table className={classes.table} verticalSpacing={4} withTableBorder>
          <Head a={a} b={b} />
          <Table.Tbody>
            <Row
              name="State"
              a={<SessionStatus state={a.session.state} />}
              b={<SessionStatus state={b.session.state} />}
            />
            <Row name="Owner" a={<SafeText text={a.session.ownerName} />} b={<SafeText text={b.session.ownerName} />} />
            <Row name="Opened" a={<Time at={a.session.openedAt} />} b={<Time at={b.session.openedAt} />} />
            <Row name="Lasted" a={<Lasted side={a} />} b={<Lasted side={b} />} />
            <Usage a={a} b={b} />
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Both a={a} b={b} />
      {[a, b].map(({ session, snapshot }) => (
        <LeftOut key={session.id} where={` of ${shortId(session.id)}`} {...snapshot} />
      ))}
    </>
  );
}

function Head({ a, b }: { a: Side; b: Side }) {
  const { slug } = useProject();
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Td />
        {[a, b].map(({ session }, index) => (
          <Table.Th key={index} scope="col">
            <HrefLink href={sessionAddress(slug, session.id)} size="sm">
              <SafeText text={session.title || shortId(session.id)} />
            </HrefLink>{" "}
            <span className={classes.id}>{session.title && shortId(session.id)}</span>
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  );
}

function Row({ name, a, b }: { name: string; a: React.ReactNode; b: React.ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th scope="row">{name}</Table.Th>
      <Table.Td>{a}</Table.Td>
      <Table.Td>{b}</Table.Td>
    </Table.Tr>
  );
}

const Lasted = ({ side: { session } }: { side: Side }) => <Duration from={session.openedAt} to={session.endedAt} />;

/** What models and commands took, for who may read usage. */
function Usage({ a, b }: { a: Side; b: Side }) {
  const project = useProject();
  const { may } = useViewer();
  const ids = [a.session.id, b.session.id];
  const [from] = [a.session.openedAt, b.session.openedAt].toSorted();
  const { data } = useAsked({
    query: ComparedUsageDocument,
    variables: { projectId: project.id, from: from ?? "", to: today(), sessions: ids },
    pause: !may("usage:read"),
  });
  if (!data) return null;
  const [one, two] = ids.map((id) => tookOf(data.usage.totals, id)) as [Took, Took];
  return (
    <>
      <Row name="Commands" a={ranWords(one)} b={ranWords(two)} />
      <Row name="Their time" a={span(one.commandMs / 1000)} b={span(two.commandMs / 1000)} />
      <Row name="Processor" a={span(one.cpuMs / 1000)} b={span(two.cpuMs / 1000)} />
      <Row name="Tokens" a={whole(one.tokens)} b={whole(two.tokens)} />
      <Row name="Cost" a={dollars(one)} b={dollars(two)} />
    </>
  );
}

/** Its end, which stays the same while the page is looked at. */
const today = (): string => `${new Date().toISOString().slice(0, 10)}T23:59:59Z`;

const ranWords = ({ commands, failed }: Took): string =>
  `${counted(commands, "command")}${failed > 0 ? `, ${whole(failed)} not exited with 0` : ""}`;

const MOST = 20;

/** Commands that both ran, such as tests. */
function Both({ a, b }: { a: Side; b: Side }) {
  const { slug } = useProject();
  const [one, two] = [a, b].map(({ session }) => session.commands.edges.map((edge) => edge.node));
  const both = ranInBoth(one ?? [], two ?? []);
  if (both.length === 0) return null;
  return (
    <Section title="Run in both">
      <Table.ScrollContainer minWidth={300}>
        <Table className={classes.table} verticalSpacing={4} withTableBorder>
          <Head a={a} b={b} />
          <Table.Tbody>
            {both.slice(0, MOST).map((each) => (
              <Table.Tr key={each.text}>
                <Table.Th scope="row" className={`mono ${classes.text}`}>
                  <SafeText text={each.text.replaceAll("\n", " ⏎ ")} />
                </Table.Th>
                {(
                  [
                    ["a", a],
                    ["b", b],
                  ] as const
                ).map(([side, { session }]) => (
                  <Table.Td key={side}>
                    <HrefLink href={commandAddress(slug, session.id, each[side].id)} size="sm">
                      <CommandStatus command={each[side]} />
                    </HrefLink>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {both.length > MOST && (
        <Text size="xs" c="dimmed">
          and {whole(both.length - MOST)} more
        </Text>
      )}
    </Section>
  );
}
