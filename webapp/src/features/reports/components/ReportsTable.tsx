import { useProject } from "@/shared/projects/useProjects";
import { TextLink } from "@/shared/routing/links";
import { uuidOf } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import type { IssueShownFragment } from "../api/IssueShown.generated";
import type { ReportRowFragment } from "../api/ReportRow.generated";
import { fared, periodOf, scheduleOf } from "../words";

type Row = ReportRowFragment & { issues: { edges: readonly { node: IssueShownFragment }[] } };

const columns = (slug: string): Column<Row>[] => [
  {
    key: "name",
    header: "Name",
    cell: (report) => (
      <TextLink
        to="/p/$project/reports/$report"
        params={{ project: slug, report: uuidOf(report.id) }}
        fw={500}
        size="sm"
      >
        <SafeText text={report.name} />
      </TextLink>
    ),
  },
  { key: "when", header: "When", width: "minmax(0, 2fr)", priority: 2, cell: (report) => scheduleOf(report) },
  { key: "next", header: "Next", width: "7rem", cell: (report) => <Time at={report.nextAt} /> },
  {
    key: "last",
    header: "Last",
    width: "minmax(0, 2fr)",
    cell: ({ issues: { edges } }) => (edges[0] ? `${periodOf(edges[0].node)}: ${fared(edges[0].node)}` : "none yet"),
  },
  {
    key: "to",
    header: "To",
    width: "minmax(0, 2fr)",
    priority: 3,
    cell: (report) => <SafeText text={report.recipients.map(({ address }) => address).join(", ")} />,
  },
  { key: "owner", header: "Owner", width: "7rem", priority: 3, cell: (report) => <SafeText text={report.ownerName} /> },
];

interface ReportsTableProps {
  label: string;
  reports: readonly Row[];
  more?: (() => void) | undefined;
}

export function ReportsTable({ label, reports, more }: ReportsTableProps) {
  const { slug } = useProject();
  return <DataTable label={label} columns={columns(slug)} rows={reports} rowKey={(report) => report.id} more={more} />;
}
