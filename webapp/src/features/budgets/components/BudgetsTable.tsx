import { Text } from "@mantine/core";

import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { BudgetRowFragment } from "../api/BudgetRow.generated";
import { LOOKS } from "../looks";
import { covered, EVERY, stateOf } from "../words";
import { UsedBars } from "./UsedBar";

const columns = (slug: string | undefined): Column<BudgetRowFragment>[] => [
  {
    key: "state",
    header: "State",
    width: "8rem",
    priority: 2,
    cell: (budget) => <Status {...LOOKS[stateOf(budget)]} />,
  },
  {
    key: "covers",
    header: "Covers",
    cell: (budget) => (
      <>
        <HrefLink href={nounAddress(slug, "budgets", budget.id)} fw={500} size="sm">
          <SafeText text={covered(budget)} />
        </HrefLink>
        <Text size="xs" hiddenFrom="sm">
          {EVERY[budget.every]}, {LOOKS[stateOf(budget)].label}
        </Text>
      </>
    ),
  },
  { key: "every", header: "For", width: "5.5rem", priority: 2, cell: (budget) => EVERY[budget.every] },
  {
    key: "used",
    header: "Used",
    width: "minmax(0, 2fr)",
    cell: (budget) => <UsedBars period={budget.now} tone={LOOKS[stateOf(budget)].tone} />,
  },
  {
    key: "ends",
    header: "Begins anew",
    width: "7rem",
    priority: 3,
    cell: (budget) => (budget.now.ends ? <Time at={budget.now.ends} /> : "never"),
  },
  {
    key: "id",
    header: "Id",
    width: "6.5rem",
    priority: 3,
    cell: (budget) => <CopyId id={budget.id} label="budget id" />,
  },
];

interface BudgetsTableProps {
  budgets: readonly BudgetRowFragment[];
  more: (() => void) | undefined;
}

export function BudgetsTable({ budgets, more }: BudgetsTableProps) {
  const slug = useProjectOrServer()?.slug;
  return (
    <DataTable
      label="Budgets"
      columns={columns(slug)}
      rows={budgets}
      rowKey={(budget) => budget.id}
      more={more}
      rowHeight={52}
    />
  );
}
