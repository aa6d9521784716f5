import { IconGitMerge } from "@tabler/icons-react";
import { useState } from "react";

import { taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { useNow } from "@/shared/time/clock";
import { type Column as TableColumn, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { Card, Column, ColumnKey } from "../board/columns";
import { toStatus } from "../board/moves";
import type { LiveTasks } from "../board/useTasks";
import { leaseLeft } from "../lease";
import { spoken, STATUSES } from "../terms";
import type { Moves } from "../useMoves";
import { MoveMenu } from "./MoveMenu";
import { PriorityMark, TaskStatusMark } from "./TaskStatusMark";

interface TaskListProps {
  slug: string;
  columns: readonly Column[];
  mayMove: boolean;
  tasks: Pick<LiveTasks, "more">;
  moves: Moves;
}

const targets = STATUSES.map((status) => ({ key: status.toLowerCase(), name: spoken(status) }));

/** The same tasks, one in each row. */
export function TaskList({ slug, columns, mayMove, tasks, moves }: TaskListProps) {
  const [menu, setMenu] = useState<string>();
  const [column] = columns;
  const { cards = [], count = 0 } = column ?? {};
  const move = (card: Card, to: ColumnKey) => {
    setMenu(undefined);
    moves.start(toStatus(card, to));
  };
  return (
    <DataTable
      label="Tasks"
      columns={mayMove ? [...shown(slug), quick(menu, setMenu, move)] : shown(slug)}
      rows={cards}
      rowKey={(card) => card.id}
      more={count > cards.length ? () => tasks.more(null) : undefined}
    />
  );
}

const shown = (slug: string): TableColumn<Card>[] => [
  { key: "number", header: "Task", width: "4.5rem", cell: (card) => <span className="mono">{card.reference}</span> },
  {
    key: "title",
    header: "Title",
    width: "minmax(0, 3fr)",
    cell: (card) => (
      <HrefLink href={taskAddress(slug, card.number)} fw={500} truncate display="block">
        <SafeText text={card.title} />
      </HrefLink>
    ),
  },
  {
    key: "status",
    header: "Status",
    width: "7rem",
    cell: (card) =>
      card.conflicted ? (
        <Status tone="bad" icon={IconGitMerge} label="conflict" />
      ) : (
        <TaskStatusMark status={card.status} />
      ),
  },
  {
    key: "priority",
    header: "Priority",
    width: "6rem",
    priority: 2,
    cell: (card) => card.priority !== "NORMAL" && <PriorityMark priority={card.priority} />,
  },
  { key: "owner", header: "Owner", width: "9rem", priority: 2, cell: (card) => <Owner card={card} /> },
  {
    key: "labels",
    header: "Labels",
    priority: 3,
    width: "minmax(0, 1.2fr)",
    cell: (card) => <SafeText text={card.labels.join(", ")} />,
  },
  {
    key: "waits",
    header: "Waits for",
    width: "6rem",
    priority: 3,
    cell: (card) => card.waitsFor.map((number) => `T-${number}`).join(", "),
  },
  { key: "updated", header: "Changed", width: "6.5rem", priority: 2, cell: (card) => <Time at={card.updatedAt} /> },
];

const quick = (
  opened: string | undefined,
  open: (id: string | undefined) => void,
  move: (card: Card, to: ColumnKey) => void,
): TableColumn<Card> => ({
  key: "move",
  header: "",
  width: "2rem",
  end: true,
  cell: (card) => (
    <MoveMenu
      reference={card.reference}
      targets={targets}
      from={card.status.toLowerCase()}
      opened={opened === card.id}
      onOpened={(next) => open(next ? card.id : undefined)}
      onMove={(to) => move(card, to)}
    />
  ),
});

function Owner({ card: { ownerName, claim } }: { card: Card }) {
  const now = useNow();
  return (
    <>
      {ownerName && <SafeText text={ownerName} />}
      {claim && `, ${leaseLeft(claim.expiresAt, now)}`}
    </>
  );
}
