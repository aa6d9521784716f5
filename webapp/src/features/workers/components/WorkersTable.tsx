import { Progress, Text } from "@mantine/core";
import { IconServer2 } from "@tabler/icons-react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { about, useFresh } from "@/shared/streams/feed";
import { bytes, whole } from "@/shared/text/counts";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";

import { WorkersDocument, type WorkersQuery } from "../api/Workers.generated";
import { ALIVE, GONE } from "../looks";
import { CheckWorker } from "./CheckWorker";

type Worker = WorkersQuery["workers"][number];

const columns: Column<Worker>[] = [
  { key: "state", header: "State", width: "8rem", cell: (worker) => <Status {...(worker.alive ? ALIVE : GONE)} /> },
  {
    key: "id",
    header: "Worker",
    cell: (worker) => (
      <Text size="sm" fw={500} component="span">
        <SafeText text={worker.id} />
      </Text>
    ),
  },
  { key: "host", header: "Host", priority: 2, cell: (worker) => <SafeText text={worker.host} /> },
  {
    key: "room",
    header: "Sessions",
    width: "minmax(0, 10rem)",
    cell: ({ sessions, capacity }) => (
      <Room label={`${whole(sessions)} of ${whole(capacity)}`} part={sessions / Math.max(1, capacity)} />
    ),
  },
  {
    key: "disk",
    header: "Disk",
    width: "minmax(0, 12rem)",
    priority: 2,
    cell: ({ diskBytes, diskFree }) =>
      typeof diskBytes === "number" &&
      typeof diskFree === "number" && (
        <Room label={`${bytes(diskFree)} free of ${bytes(diskBytes)}`} part={1 - diskFree / Math.max(1, diskBytes)} />
      ),
  },
];
const withCheck: Column<Worker>[] = [
  ...columns,
  { key: "check", header: "", width: "7rem", end: true, cell: (worker) => <CheckWorker worker={worker} /> },
];

const FULL = 0.9;

function Room({ label, part }: { label: string; part: number }) {
  return (
    <div>
      <Text size="xs">{label}</Text>
      <Progress size="xs" value={part * 100} color={part >= FULL ? "yellow" : undefined} aria-label={label} />
    </div>
  );
}

export function WorkersTable() {
  const { viewer, may } = useViewer();
  const { data, fault, waiting, again } = useAsked({ query: WorkersDocument, requestPolicy: "cache-and-network" });
  useFresh(again, about("Session", "Worker"));
  const workers = data?.workers ?? [];
  if (waiting) return <Skeletons lines={2} />;
  if (fault && workers.length === 0) return <Failure fault={fault} again={again} />;
  if (workers.length === 0)
    return (
      <Empty icon={IconServer2} title="There is no worker" command="quarterdeck serve worker">
        A worker is what runs sessions on a machine. “quarterdeck up” starts one; others join from their own machines.
      </Empty>
    );
  const checkable = viewer?.admin && may("session:write");
  return (
    <DataTable
      label="Workers"
      columns={checkable ? withCheck : columns}
      rows={workers}
      rowKey={(worker) => worker.id}
      rowHeight={48}
    />
  );
}
