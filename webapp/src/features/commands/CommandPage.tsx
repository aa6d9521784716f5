import { Code, Group, Paper, Text } from "@mantine/core";
import { IconGitFork, IconPlayerPlay } from "@tabler/icons-react";
import { useLayoutEffect } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProject } from "@/shared/projects/useProjects";
import { changesAt } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { ButtonLink, TextLink } from "@/shared/routing/links";
import { useFresh } from "@/shared/streams/feed";
import { counted } from "@/shared/text/counts";
import { globalId, shortId, uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";

import { takeAhead } from "./ahead";
import { CommandWholeDocument, type CommandWholeQuery } from "./api/CommandWhole.generated";
import { useCommandActions } from "./components/CommandActions";
import { CommandFacts } from "./components/CommandFacts";
import { CommandStatus } from "./components/CommandStatus";
import { Output } from "./components/Output";
import { hasEnded } from "./looks";
import { commandRoute } from "./routes";

type Command = NonNullable<CommandWholeQuery["command"]>;

export function CommandPage() {
  const { command: uuid } = commandRoute.useParams();
  const { data, fault, waiting, again } = useAsked({
    query: CommandWholeDocument,
    variables: { id: globalId("Command", uuid) },
  });
  useFresh(again, (event) => event.streamId === uuid);
  if (waiting) return <Skeletons />;
  if (data?.command) return <Shown key={uuid} command={data.command} />;
  return fault ? <Failure fault={fault} again={again} /> : <NoSuch noun="command" />;
}

const titleOf = (text: string): string => {
  const [first = ""] = text.trim().split("\n");
  return first.length > 60 ? `${first.slice(0, 59)}…` : first || "A command";
};

function Shown({ command }: { command: Command }) {
  const project = useProject();
  const { view, from } = commandRoute.useSearch();
  const navigate = commandRoute.useNavigate();
  const { viewer, may } = useViewer();
  const { fault, buttons } = useCommandActions(command);
  const params = { project: project.slug, session: uuidOf(command.session.id) };
  const mayWrite = may("session:write");
  const own = viewer !== undefined && command.requestedById === viewer.id;
  const ended = hasEnded(command);
  useLayoutEffect(() => {
    // nobody will type to it: keys are the page's again, as soon as it is seen to have ended
    if (ended) takeAhead(command.id);
  }, [ended, command.id]);
  return (
    <Page
      title={titleOf(command.text)}
      beside={
        <>
          <CommandStatus command={command} />
          <CopyId id={command.id} label="command id" />
        </>
      }
      actions={
        <>
          {command.startedAt && (
            <ButtonLink
              to="/p/$project/sessions/$session/replay"
              params={params}
              search={{ at: uuidOf(command.id) }}
              variant="default"
              leftSection={<IconPlayerPlay size={14} aria-hidden />}
            >
              Replay from here
            </ButtonLink>
          )}
          {mayWrite && command.startedAt && (
            <ButtonLink
              to="/p/$project/sessions/$session"
              params={params}
              search={{ fork: uuidOf(command.id), moment: ended ? "AFTER" : "BEFORE" }}
              variant="default"
              leftSection={<IconGitFork size={14} aria-hidden />}
            >
              Fork
            </ButtonLink>
          )}
          {mayWrite && buttons}
        </>
      }
    >
      <Text size="sm" c="dimmed">
        In{" "}
        <TextLink to="/p/$project/sessions/$session" params={params} size="sm">
          {command.session.title ? <SafeText text={command.session.title} /> : shortId(command.session.id)}
        </TextLink>
      </Text>
      {fault && <Failure fault={fault} />}
      <Why command={command} />
      {command.text.trim().includes("\n") && (
        <Code block>
          <SafeText text={command.text} />
        </Code>
      )}
      {command.typist && !command.typist.isYou && (
        <Text size="sm" c="var(--qd-warn)" role="status">
          <SafeText text={`${command.typist.name} types here too, from ${command.typist.tokenName}.`} />
        </Text>
      )}
      <CommandFacts command={command} />
      <Output
        key={from}
        command={command}
        recorded={command.recordedBytes}
        view={view}
        from={from}
        onView={(next) => void navigate({ search: { view: next }, replace: true })}
        mayType={mayWrite}
        own={own}
      />
      <Changed command={command} />
    </Page>
  );
}

/** Why it waits, was refused, was lost, or what limit it met. */
function Why({ command: { queue, reason } }: { command: Command }) {
  if (!queue && !reason) return null;
  return (
    <Text size="sm" c={queue ? undefined : "var(--qd-bad)"} role="status">
      {queue && `Number ${queue.position} in the queue: `}
      <SafeText text={queue?.reason ?? reason ?? ""} />
    </Text>
  );
}

const MOST = 200;

const changesOf = (slug: string, { id, session, treeBefore }: Command, path?: string): string =>
  changesAt(slug, session.id, { from: treeBefore ?? undefined, to: uuidOf(id), path });

function Changed({ command }: { command: Command }) {
  const { slug } = useProject();
  const { filesChanged, filesChangedTotal } = command;
  if (filesChanged.length === 0) return null;
  return (
    <Section
      title={counted(filesChangedTotal, "file changed", "files changed")}
      actions={
        <HrefLink href={changesOf(slug, command)} size="sm">
          What it changed
        </HrefLink>
      }
    >
      <Paper withBorder p="xs" radius="md">
        {filesChanged.slice(0, MOST).map((file) => (
          <Group key={file.path} gap="sm" wrap="nowrap" fz="sm">
            <Text size="xs" c="dimmed" w={64} style={{ flex: "none" }}>
              {file.status}
            </Text>
            <HrefLink href={changesOf(slug, command, file.path)} className="mono">
              <SafeText text={file.path} />
            </HrefLink>
          </Group>
        ))}
        {filesChangedTotal > MOST && (
          <Text size="xs" c="dimmed">
            and {filesChangedTotal - MOST} more
          </Text>
        )}
      </Paper>
    </Section>
  );
}
