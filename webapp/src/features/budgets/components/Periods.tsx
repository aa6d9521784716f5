import { useMembers } from "@/shared/projects/useMembers";
import { whole } from "@/shared/text/counts";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";

import { ANSWER_WORDS } from "../answers";
import type { BudgetPeriodShownFragment } from "../api/BudgetPeriodShown.generated";
import type { BudgetWholeQuery } from "../api/BudgetWhole.generated";
import { UsedBars } from "./UsedBar";

type Budget = NonNullable<BudgetWholeQuery["budget"]>;
type Period = BudgetPeriodShownFragment;

const columns = (day: Intl.DateTimeFormat, nameOf: (id: string) => string): Column<Period>[] => [
  {
    key: "begins",
    header: "From",
    width: "8rem",
    cell: (period) => (period.begins ? day.format(new Date(period.begins)) : "the start"),
  },
  {
    key: "used",
    header: "Used",
    width: "minmax(0, 2fr)",
    cell: (period) => <UsedBars period={period} tone={period.share >= 1 ? "bad" : period.near ? "warn" : "good"} />,
  },
  { key: "calls", header: "Calls", width: "5rem", priority: 2, end: true, cell: (period) => whole(period.calls) },
  {
    key: "answer",
    header: "Answered",
    width: "minmax(0, 1.5fr)",
    priority: 2,
    cell: (period) => period.answer && <SafeText text={answered(period, nameOf)} />,
  },
];

/** How it went before, and how it was answered. */
export function Periods({ budget }: { budget: Budget }) {
  const { nameOf } = useMembers(budget.project?.id);
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: budget.timeZone });
  const rows = budget.periods.filter((each) => each.begins !== budget.now.begins || each.answer);
  if (rows.length === 0) return null;
  return (
    <Section title="Periods">
      <DataTable
        label="Periods"
        columns={columns(day, nameOf)}
        rows={rows}
        rowKey={(period) => period.begins ?? "all time"}
        rowHeight={52}
      />
    </Section>
  );
}

function answered({ answer, answeredBy, answerReason }: Period, nameOf: (id: string) => string): string {
  const by = answeredBy ? ` by ${nameOf(answeredBy)}` : "";
  return `${answer ? ANSWER_WORDS[answer].done : ""}${by}${answerReason ? `: ${answerReason}` : ""}`;
}
