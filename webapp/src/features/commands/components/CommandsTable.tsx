import { IconTerminal } from "@tabler/icons-react";
import { useState } from "react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useProject } from "@/shared/projects/useProjects";
import { changesAt } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { TextLink } from "@/shared/routing/links";
import { useFresh } from "@/shared/streams/feed";
import { bytes, counted } from "@/shared/text/counts";
import { shortId, uuidOf } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Duration, Time } from "@/shared/ui/Time";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { SessionCommandsDocument } from "../api/SessionCommands.generated";
import { took } from "../looks";
import { CommandStatus } from "./CommandStatus";

type Row = CommandShownFragment;

const PAGE = 100;
const MOST = 1000;

const columns = (link: (row: Row) => { project: string; session: string; command: string }): Column<Row>[] => [
  { key: "state", header: "State", width: "6.5rem", cell: (row) => <CommandStatus command={row} /> },
  {
    key: "text",
    header: "Command",
    width: "minmax(0, 3fr)",
    cell: (row) => (
      <TextLink
        to="/p/$project/sessions/$session/commands/$command"
        params={link(row)}
        className="mono"
        truncate
        display="block"
      >
        <SafeText text={row.text.trim().replaceAll("\n", " ⏎ ") || "(nothing)"} />
      </TextLink>
    ),
  },
  {
    key: "took",
    header: "Took",
    width: "6rem",
    end: true,
    cell: (row) => took(row) ?? (row.startedAt && <Duration from={row.startedAt} to={row.endedAt} />),
  },
  {
    key: "files",
    header: "Files",
    width: "4rem",
    priority: 2,
    end: true,
    cell: (row) => {
      const { project, session, command } = link(row);
      if (row.filesChangedTotal === 0) return "";
      return (
        <HrefLink
          href={changesAt(project, session, { from: row.treeBefore ?? undefined, to: command })}
          aria-label={`What it changed: ${counted(row.filesChangedTotal, "file")}`}
        >
          {row.filesChangedTotal}
        </HrefLink>
      );
    },
  },
  {
    key: "output",
    header: "Output",
    width: "5.5rem",
    priority: 2,
    end: true,
    cell: (row) => (row.outputBytes ? bytes(row.outputBytes) : ""),
  },
  { key: "by", header: "By", width: "7rem", priority: 3, cell: (row) => <SafeText text={row.requestedBy} /> },
  { key: "asked", header: "Asked", width: "6.5rem", priority: 2, cell: (row) => <Time at={row.requestedAt} /> },
];

interface CommandsTableProps {
  sessionId: string;
  /** What a session's jobs in the background are. */
  only?: (row: Row) => boolean;
}

/** A session's commands, the newest first, as they are now. */
export function CommandsTable({ sessionId, only }: CommandsTableProps) {
  const project = useProject();
  const [last, setLast] = useState(PAGE);
  const { data, fault, waiting, again } = useAsked({
    query: SessionCommandsDocument,
    variables: { id: sessionId, last },
    context: UNCACHED,
  });
  useFresh(again, (event) => event.sessionId === sessionId && event.topic.startsWith("Command"));
  const { edges = [], pageInfo } = data?.session?.commands ?? {};
  const all = edges.map((edge) => edge.node).toReversed();
  const rows = only ? all.filter(only) : all;
  if (waiting) return <Skeletons />;
  if (fault && rows.length === 0) return <Failure fault={fault} again={again} />;
  if (rows.length === 0)
    return (
      <Empty icon={IconTerminal} title="Nothing was run yet" command={`qd run -s ${shortId(sessionId)} -- ls`}>
        Each command is recorded: what it printed, what it changed, how long it took.
      </Empty>
    );
  return (
    <DataTable
      label="Commands"
      columns={columns((row) => ({ project: project.slug, session: uuidOf(sessionId), command: uuidOf(row.id) }))}
      rows={rows}
      rowKey={(row) => row.id}
      more={pageInfo?.hasPreviousPage && last < MOST ? () => setLast(Math.min(MOST, last + PAGE)) : undefined}
    />
  );
}
