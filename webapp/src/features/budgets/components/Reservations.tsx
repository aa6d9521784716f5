import { useMembers } from "@/shared/projects/useMembers";
import { useProjects } from "@/shared/projects/useProjects";
import { sessionAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { shortId } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import { amountWords } from "../amounts";
import type { BudgetWholeQuery } from "../api/BudgetWhole.generated";

type Budget = NonNullable<BudgetWholeQuery["budget"]>;
type Reservation = Budget["reservations"]["edges"][number]["node"];

const columns = (
  { limit }: Budget,
  slug: string | undefined,
  nameOf: (userId: string) => string,
): Column<Reservation>[] => [
  { key: "amount", header: "Reserved", width: "12rem", cell: (row) => amountWords(row.amount, limit) },
  {
    key: "purpose",
    header: "For",
    width: "minmax(0, 2fr)",
    cell: (row) => <SafeText text={row.purpose || row.requestId} />,
  },
  { key: "who", header: "By", priority: 2, cell: (row) => <SafeText text={nameOf(row.userId)} /> },
  {
    key: "session",
    header: "Session",
    width: "7rem",
    priority: 2,
    cell: (row) =>
      row.sessionId &&
      slug && (
        <HrefLink href={sessionAddress(slug, row.sessionId)} size="sm" className="mono">
          {shortId(row.sessionId)}
        </HrefLink>
      ),
  },
  { key: "until", header: "Given back", width: "7rem", cell: (row) => <Time at={row.expiresAt} /> },
];

/** What is kept free for calls that are being made. */
export function Reservations({ budget }: { budget: Budget }) {
  const { slugOf } = useProjects();
  const { nameOf } = useMembers(budget.project?.id);
  const rows = budget.reservations.edges.map((edge) => edge.node);
  if (rows.length === 0) return null;
  const slug = budget.project ? slugOf(budget.project) : undefined;
  return (
    <Section title={`Reserved now (${budget.now.reservations})`}>
      <DataTable label="Reservations" columns={columns(budget, slug, nameOf)} rows={rows} rowKey={(row) => row.id} />
    </Section>
  );
}
