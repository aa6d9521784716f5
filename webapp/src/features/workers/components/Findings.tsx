import { IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { TextLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { FindingRowFragment } from "../api/FindingRow.generated";
import { FindingsDocument } from "../api/Findings.generated";
import { FOUND } from "../looks";

const columns: Column<FindingRowFragment>[] = [
  { key: "kind", header: "Found", width: "14rem", cell: (finding) => <Status {...FOUND[finding.kind]} /> },
  { key: "when", header: "When", width: "6.5rem", cell: (finding) => <Time at={finding.foundAt} /> },
  {
    key: "detail",
    header: "Detail",
    width: "minmax(0, 3fr)",
    priority: 2,
    cell: (finding) => <SafeText text={finding.detail} />,
  },
  {
    key: "worker",
    header: "Worker",
    priority: 3,
    cell: (finding) => finding.workerId && <SafeText text={finding.workerId} />,
  },
  {
    key: "session",
    header: "Session",
    width: "8rem",
    priority: 2,
    cell: (finding) => (
      <TextLink to="/log" search={{ session: uuidOf(finding.sessionId), event: finding.position }} size="sm">
        in the log
      </TextLink>
    ),
  },
  {
    key: "id",
    header: "Id",
    width: "6.5rem",
    priority: 3,
    cell: (finding) => <CopyId id={finding.sessionId} label="session id" />,
  },
];

export const FindingsTable = ({ rows, more }: { rows: readonly FindingRowFragment[]; more?: () => void }) => (
  <DataTable
    label="Findings"
    columns={columns}
    rows={rows}
    rowKey={(finding) => String(finding.position)}
    more={more}
  />
);

/** Where hosts were otherwise than the log had it. */
export function Findings() {
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({ query: FindingsDocument, variables: { after } });
  useFresh(again, about("SessionAdopted", "SessionLost", "SessionReopened", "OrphanRemoved", "WorkSetAside"));
  const rows = data?.findings.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.findings.pageInfo ?? {};
  return (
    <Section title="What they found">
      {waiting && <Skeletons lines={2} />}
      {fault && <Failure fault={fault} again={again} />}
      {rows.length > 0 && (
        <FindingsTable rows={rows} more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined} />
      )}
      {!waiting && !fault && rows.length === 0 && (
        <Empty icon={IconCircleCheck} title="Hosts have been as the log has them" command="qd worker findings">
          When a worker starts, and from time to time, it compares the log with its processes, jails and disks. What was
          otherwise is listed here: sessions taken over or lost, and what was left without an owner.
        </Empty>
      )}
    </Section>
  );
}
