import { Stack } from "@mantine/core";

import { FunnelChart } from "@/shared/charts/FunnelChart";
import { short } from "@/shared/charts/units";
import { counted } from "@/shared/text/counts";

import { UsageFunnelDocument, type UsageFunnelQuery } from "../api/UsageFunnel.generated";
import { UsagePercentilesShownDocument } from "../api/UsagePercentilesShown.generated";
import { share } from "../bars";
import { askedOf, type Board, timesOf, useMeasured, useSeries } from "../board";
import { Outcomes } from "../components/Outcomes";
import { PercentileTable } from "../components/PercentileTable";
import { Told } from "../components/Told";
import { nameOf, outcomeName } from "../terms";

import classes from "../components/usage.module.css";

const PERCENTS = [50, 90, 99];

export function Tasks({ board }: { board: Board }) {
  const funnel = useMeasured(UsageFunnelDocument, timesOf(board));
  const ended = useSeries(board, ["TASK_LEAD", "TASK_REOPENED"], ["DETAIL"]);
  const times = useMeasured(UsagePercentilesShownDocument, {
    ...askedOf(board),
    measures: ["TASK_LEAD", "TASK_CYCLE"],
    percentiles: PERCENTS,
  });
  const cohort = funnel.data && (funnel.data.taskFunnel.cohorts[0] ?? null);
  const series = ended.data?.usage;
  return (
    <Stack gap="md">
      <Told asked={[funnel, ended, times]} kept={funnel.data?.taskFunnel.keptFrom} />
      <FunnelChart
        title="How far tasks came"
        about={`Those created in this time, up to now${dropped(cohort)}. A task counts for a step that it skipped.`}
        steps={cohort === undefined ? undefined : stepsOf(cohort)}
        nothing="No task was created in this time. Write one down: qd task add TITLE"
      />
      <div className={classes.two}>
        <Outcomes
          title="Tasks that ended"
          board={board}
          series={series}
          of="TASK_LEAD"
          nothing="No task ended in this time."
        />
        <Outcomes
          title={nameOf("TASK_REOPENED")}
          board={board}
          series={series}
          of="TASK_REOPENED"
          nothing="No task was opened again."
        />
      </div>
      <PercentileTable title="How long tasks take" points={times.data?.usagePercentiles.points} percents={PERCENTS} />
    </Stack>
  );
}

type Cohort = UsageFunnelQuery["taskFunnel"]["cohorts"][number];

const dropped = (cohort: Cohort | null | undefined): string =>
  cohort?.dropped ? `; ${counted(cohort.dropped, "of them was", "of them were")} dropped` : "";

function stepsOf(cohort: Cohort | null) {
  return (cohort?.steps ?? []).map((each, index) => ({
    key: each.step,
    label: outcomeName(each.step.toLowerCase()),
    count: each.tasks,
    cells: [
      share(each.ofFirst),
      index > 0 ? share(each.ofPrevious) : "",
      each.medianMs === null ? "" : short("ms", each.medianMs),
      each.ninthMs === null ? "" : short("ms", each.ninthMs),
      each.skipped > 0 ? String(each.skipped) : "",
    ],
  }));
}
