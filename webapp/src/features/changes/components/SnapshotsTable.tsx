import { ActionIcon, Menu } from "@mantine/core";
import { IconCamera, IconDots, IconFolder, IconGitFork, IconRestore } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { filesAt } from "@/shared/routing/addresses";
import { TextLink } from "@/shared/routing/links";
import { whole } from "@/shared/text/counts";
import { shortId, uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import type { SessionPointsQuery } from "../api/SessionPoints.generated";
import type { SnapshotShownFragment } from "../api/SnapshotShown.generated";
import { isOpen, originOf, restorePoint, valueOf } from "../points";
import type { ChangesSearch } from "../routes";

type Session = NonNullable<SessionPointsQuery["session"]>;

interface Row {
  snapshot: SnapshotShownFragment;
  /** The one before it; undefined: it is the first. */
  before: SnapshotShownFragment | undefined;
  index: number;
}

interface SnapshotsTableProps {
  session: Session;
  snapshots: readonly SnapshotShownFragment[] | undefined;
  onAsk: (part: Partial<ChangesSearch>) => void;
}

const columnsOf = (
  slug: string,
  session: Session,
  newest: number,
  onAsk: SnapshotsTableProps["onAsk"],
): Column<Row>[] => [
  {
    key: "what",
    header: "Snapshot",
    width: "minmax(0, 3fr)",
    cell: ({ snapshot, before, index }) => {
      const said = <SafeText text={originOf(snapshot, index === 0)} />;
      if (!before) return said;
      return (
        <TextLink
          to="/p/$project/sessions/$session/changes"
          params={{ project: slug, session: uuidOf(session.id) }}
          search={{ from: before.tree, to: valueOf(snapshot) }}
          truncate
          display="block"
        >
          {said}
        </TextLink>
      );
    },
  },
  {
    key: "files",
    header: "Files changed",
    width: "6.5rem",
    end: true,
    cell: ({ snapshot }) => (snapshot.filesChanged > 0 ? whole(snapshot.filesChanged) : ""),
  },
  {
    key: "left",
    header: "Left out",
    width: "5rem",
    priority: 2,
    end: true,
    cell: ({ snapshot }) => (snapshot.skippedTotal > 0 ? whole(snapshot.skippedTotal) : ""),
  },
  {
    key: "tree",
    header: "Tree",
    width: "8rem",
    priority: 3,
    cell: ({ snapshot }) => <CopyId id={snapshot.tree} label="tree" shown={snapshot.tree.slice(0, 12)} />,
  },
  {
    key: "by",
    header: "By",
    width: "7rem",
    priority: 3,
    cell: ({ snapshot }) => <SafeText text={snapshot.command?.requestedBy ?? snapshot.writtenBy ?? ""} />,
  },
  {
    key: "taken",
    header: "Taken",
    width: "6.5rem",
    priority: 2,
    cell: ({ snapshot }) => <Time at={snapshot.recordedAt} />,
  },
  {
    key: "do",
    header: "",
    width: "2rem",
    end: true,
    cell: (row) => <Actions row={row} session={session} isNewest={row.index === newest} onAsk={onAsk} />,
  },
];

/** The points in time of a session's files, the newest first. */
export function SnapshotsTable({ session, snapshots, onAsk }: SnapshotsTableProps) {
  const { slug } = useProject();
  if (!snapshots) return <Skeletons />;
  if (snapshots.length === 0)
    return (
      <Empty icon={IconCamera} title="It has no files yet" command={`qd session snapshots ${shortId(session.id)}`}>
        After each command that changes something its files are kept as they are then.
      </Empty>
    );
  const rows = snapshots.map((snapshot, index) => ({ snapshot, before: snapshots[index - 1], index })).toReversed();
  return (
    <DataTable
      label="Snapshots"
      columns={columnsOf(slug, session, snapshots.length - 1, onAsk)}
      rows={rows}
      rowKey={(row) => `${row.index}`}
    />
  );
}

interface ActionsProps {
  row: Row;
  session: Session;
  isNewest: boolean;
  onAsk: SnapshotsTableProps["onAsk"];
}

function Actions({ row: { snapshot, index }, session, isNewest, onAsk }: ActionsProps) {
  const { slug } = useProject();
  const { may } = useViewer();
  const navigate = useNavigate();
  const point = restorePoint(snapshot, session);
  const files = filesAt(slug, session.id, { at: valueOf(snapshot) });
  const fork = () =>
    point &&
    void navigate({
      to: "/p/$project/sessions/$session",
      params: { project: slug, session: uuidOf(session.id) },
      search: { fork: point.command, moment: point.moment },
    });
  const restore = () => onAsk({ restore: point?.command, moment: point?.moment === "BEFORE" ? "BEFORE" : undefined });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={`What can be done with ${originOf(snapshot, index === 0)}`}
        >
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconFolder size={14} aria-hidden />} onClick={() => void navigate({ href: files })}>
          Its files
        </Menu.Item>
        {may("session:write") && point && (
          <Menu.Item leftSection={<IconGitFork size={14} aria-hidden />} onClick={fork}>
            Fork from here
          </Menu.Item>
        )}
        {may("session:write") && point && isOpen(session) && !isNewest && (
          <Menu.Item leftSection={<IconRestore size={14} aria-hidden />} onClick={restore}>
            Restore
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
