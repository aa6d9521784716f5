import { Paper, Stack } from "@mantine/core";

import { counted } from "@/shared/text/counts";
import { Facts } from "@/shared/ui/Facts";
import { Time } from "@/shared/ui/Time";

import { amountWords } from "../amounts";
import type { BudgetRowFragment } from "../api/BudgetRow.generated";
import { LOOKS } from "../looks";
import { EVERY, stateOf } from "../words";
import { UsedBars } from "./UsedBar";

/** How far the budget is used in its period of now. */
export function BudgetNow({ budget }: { budget: BudgetRowFragment }) {
  const { now, limit } = budget;
  return (
    <Paper withBorder p="md" radius="md">
      <Stack gap="md">
        <UsedBars period={now} tone={LOOKS[stateOf(budget)].tone} size="lg" />
        <Facts
          facts={[
            ["Limit", `${amountWords(limit)} ${EVERY[budget.every]}`],
            ["Spent", `${amountWords(now.spent, limit)} by ${counted(now.calls, "call")}`],
            ["Reserved", now.reservations > 0 && `${amountWords(now.reserved, limit)} in ${now.reservations}`],
            ["Left", amountWords(now.left, limit)],
            ["Unpriced", now.unpriced > 0 && `${counted(now.unpriced, "call")}, which count no dollars`],
            ["Begins anew", now.ends ? <Time at={now.ends} /> : "never"],
            ["Time zone", budget.every !== "ALL_TIME" && budget.timeZone],
            ["At the limit", budget.atLimit === "PAUSE" ? "pauses and asks" : "only warns"],
            ["Near from", `${budget.warnPercent}%`],
            ["Used up", now.exhaustedAt && <Time at={now.exhaustedAt} />],
            ["Did not fit", now.wanted && amountWords(now.wanted, limit)],
            ["Set", <Time key="set" at={budget.setAt} />],
            ["Changed", budget.revisedAt !== budget.setAt && <Time at={budget.revisedAt} />],
          ]}
        />
      </Stack>
    </Paper>
  );
}
