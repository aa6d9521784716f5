import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { IconCircleCheck, IconShieldOff, IconWorld } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { about, useFresh } from "@/shared/streams/feed";
import { bytes, counted } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { FormFoot } from "@/shared/ui/FormFoot";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import { ChangeSessionNetworkDocument } from "../api/ChangeSessionNetwork.generated";
import { SessionNetworkShownDocument, type SessionNetworkShownQuery } from "../api/SessionNetworkShown.generated";
import { parseRules, writeRules } from "../rules";

type Shown = NonNullable<SessionNetworkShownQuery["session"]>;
type Access = Shown["networkAccess"]["edges"][number];

const PAGE = 200;
const MOST = 1000;
const looks = {
  ALLOWED: { tone: "good", icon: IconCircleCheck, label: "allowed" },
  REFUSED: { tone: "bad", icon: IconShieldOff, label: "refused" },
} as const;
const columns: Column<Access>[] = [
  { key: "verdict", header: "Verdict", width: "6.5rem", cell: ({ node }) => <Status {...looks[node.verdict]} /> },
  {
    key: "where",
    header: "Where",
    cell: ({ node }) =>
      node.host ? <SafeText text={`${node.host}:${node.port}`} /> : counted(node.count, "connection"),
  },
  {
    key: "why",
    header: "Why",
    priority: 2,
    cell: ({ node }) => <SafeText text={node.reason || node.rule} />,
  },
  {
    key: "bytes",
    header: "Up / down",
    width: "10rem",
    priority: 3,
    end: true,
    cell: ({ node }) => `${bytes(node.bytesUp)} / ${bytes(node.bytesDown)}`,
  },
  { key: "when", header: "When", width: "6.5rem", cell: ({ node }) => <Time at={node.decidedAt} /> },
];

/** Where the session may connect to, and each verdict as it comes. */
export function NetworkPanel({ sessionId, mayChange }: { sessionId: string; mayChange: boolean }) {
  const [last, setLast] = useState(PAGE);
  const [changing, setChanging] = useState(false);
  const { data, fault, waiting, again } = useAsked({
    query: SessionNetworkShownDocument,
    variables: { id: sessionId, last },
    context: UNCACHED,
  });
  const concerns = about("NetworkAccess", "SessionNetwork", "Project", "Persona");
  useFresh(again, (event) => concerns(event) && (event.sessionId === sessionId || !event.sessionId));
  if (waiting) return <Skeletons />;
  if (!data?.session) return fault ? <Failure fault={fault} again={again} /> : null;
  const { network, networkAccess } = data.session;
  const rows = networkAccess.edges.toReversed();
  return (
    <Stack gap="md">
      <Group justify="space-between" align="flex-start">
        <Rules network={network} />
        {mayChange && (
          <Button variant="default" onClick={() => setChanging(true)}>
            Change
          </Button>
        )}
      </Group>
      {rows.length === 0 ? (
        <Empty
          icon={IconWorld}
          title="It has not asked for the network"
          command={`qd session network ${shortId(sessionId)}`}
        >
          Each connection that is let through or refused shows here.
        </Empty>
      ) : (
        <DataTable
          label="Network verdicts"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.cursor}
          more={networkAccess.pageInfo.hasPreviousPage && last < MOST ? () => setLast(MOST) : undefined}
        />
      )}
      {changing && <Change sessionId={sessionId} network={network} onClose={() => setChanging(false)} />}
    </Stack>
  );
}

function Rules({ network }: { network: Shown["network"] }) {
  return (
    <Stack gap={2}>
      <Text size="sm">
        {network.rules.length === 0 ? (
          "It may connect to nothing."
        ) : (
          <>
            It may connect to{" "}
            <span className="mono">
              <SafeText text={network.rules.map((rule) => `${rule.host}:${rule.port}`).join(", ")} />
            </span>
          </>
        )}
      </Text>
      <Text size="xs" c="dimmed">
        {network.own ? "A list of its own" : "Its project's list"}
        {network.persona && (
          <>
            , narrowed by the persona <SafeText text={network.persona} />
          </>
        )}
      </Text>
    </Stack>
  );
}

interface ChangeProps {
  sessionId: string;
  network: Shown["network"];
  onClose: () => void;
}

function Change({ sessionId, network, onClose }: ChangeProps) {
  const { run, running, fault } = useDone(ChangeSessionNetworkDocument);
  const [text, setText] = useState(writeRules(network.rules));
  const parsed = parseRules(text);
  const save = async (rules: ReturnType<typeof parseRules>["rules"] | null) => {
    if (await run({ input: { sessionId, rules } })) onClose();
  };
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!parsed.wrong) void save(parsed.rules);
  };
  return (
    <Modal opened onClose={onClose} title="Where it may connect to">
      <form onSubmit={send}>
        <Stack gap="sm">
          <Textarea
            label="Hosts and ports, one a line"
            description="Such as pypi.org:443. Nothing: no network."
            autosize
            minRows={4}
            spellCheck={false}
            classNames={{ input: "mono" }}
            value={text}
            error={parsed.wrong && `“${parsed.wrong}” is no host and port.`}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
          <FormFoot
            fault={fault}
            close={onClose}
            running={running}
            disabled={Boolean(parsed.wrong)}
            more={
              network.own && (
                <Button variant="subtle" onClick={() => void save(null)}>
                  The project&apos;s list again
                </Button>
              )
            }
          >
            Change
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
