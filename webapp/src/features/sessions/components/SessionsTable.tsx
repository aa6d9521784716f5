import { IconTerminal2 } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useProjects } from "@/shared/projects/useProjects";
import { taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { TextLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import type { SessionRowFragment } from "../api/SessionRow.generated";
import { SessionsDocument } from "../api/Sessions.generated";
import { ENDED, OPEN } from "../looks";
import { SessionName } from "./SessionName";
import { SessionStatus } from "./SessionStatus";

export type Which = "open" | "ended" | "all";
const STATES = { open: OPEN, ended: ENDED, all: undefined };
const PAGE = 100;

const columns = (
  slugOf: (project: { id: string; name: string }) => string,
  withProject: boolean,
): Column<SessionRowFragment>[] => [
  { key: "state", header: "State", width: "6.5rem", cell: (session) => <SessionStatus state={session.state} /> },
  {
    key: "title",
    header: "Session",
    width: "minmax(0, 2fr)",
    cell: (session) => (
      <TextLink
        to="/p/$project/sessions/$session"
        params={{ project: slugOf(session.project), session: uuidOf(session.id) }}
        fw={500}
      >
        <SessionName session={session} />
      </TextLink>
    ),
  },
  ...(withProject
    ? [
        {
          key: "project",
          header: "Project",
          priority: 2 as const,
          cell: (session: SessionRowFragment) => <SafeText text={session.project.name} />,
        },
      ]
    : []),
  {
    key: "task",
    header: "Task",
    width: "5rem",
    priority: 3,
    cell: (session) =>
      session.task && (
        <HrefLink href={taskAddress(slugOf(session.project), session.task.number)}>{session.task.reference}</HrefLink>
      ),
  },
  {
    key: "persona",
    header: "Persona",
    width: "8rem",
    priority: 3,
    cell: (session) => session.persona && <SafeText text={session.persona.name} />,
  },
  {
    key: "owner",
    header: "Owner",
    width: "8rem",
    priority: 2,
    cell: (session) => <SafeText text={session.ownerName} />,
  },
  { key: "opened", header: "Opened", width: "6.5rem", cell: (session) => <Time at={session.openedAt} /> },
  {
    key: "id",
    header: "Id",
    width: "6.5rem",
    priority: 3,
    cell: (session) => <CopyId id={session.id} label="session id" />,
  },
];

interface SessionsTableProps {
  projectId?: string;
  of: Which;
  action?: ReactNode;
}

/** Sessions, newest first, as they are now. */
export function SessionsTable({ projectId, of, action }: SessionsTableProps) {
  const { slugOf } = useProjects();
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: SessionsDocument,
    variables: { projectId, state: STATES[of], first: PAGE, after },
  });
  useFresh(again, about("Session"));
  const rows = data?.sessions.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.sessions.pageInfo ?? {};
  if (waiting) return <Skeletons />;
  if (fault && rows.length === 0) return <Failure fault={fault} again={again} />;
  if (rows.length === 0)
    return (
      <Empty
        icon={IconTerminal2}
        title={of === "open" ? "No session is open" : "No session yet"}
        command="qd session open"
        action={action}
      >
        A session is a jailed shell on its own copy of the repository, for an agent or for you. Everything that is run
        in it is recorded.
      </Empty>
    );
  return (
    <DataTable
      label="Sessions"
      columns={columns(slugOf, !projectId)}
      rows={rows}
      rowKey={(session) => session.id}
      more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
    />
  );
}
