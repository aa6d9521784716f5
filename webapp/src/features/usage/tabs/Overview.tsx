import { Stack } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";

import { TimeChart } from "@/shared/charts/TimeChart";
import type { UsageMeasure } from "@/shared/graphql/schema.generated";
import { Empty } from "@/shared/ui/Empty";

import { UsageComparedDocument } from "../api/UsageCompared.generated";
import { askedOf, type Board, useMeasured, useSeries } from "../board";
import { Figure } from "../components/Figure";
import { Outcomes } from "../components/Outcomes";
import { Told } from "../components/Told";
import { type Amount, byGroup, chartOf, count, type Point, sumOf, total, valuesOf } from "../points";
import { iso } from "../range";
import { TOKENS, unitOf } from "../terms";

import classes from "../components/usage.module.css";

interface Shown {
  name: string;
  of: readonly UsageMeasure[];
  amount: Amount;
  slot: number;
}

const FIGURES: readonly Shown[] = [
  { name: "Cost", of: ["COST"], amount: total, slot: 0 },
  { name: "Tokens", of: TOKENS, amount: total, slot: 3 },
  { name: "Model calls", of: ["MODEL_CALLS"], amount: total, slot: 4 },
  { name: "Sessions ended", of: ["SESSION_DURATION"], amount: count, slot: 2 },
  { name: "Commands", of: ["COMMAND_DURATION"], amount: count, slot: 1 },
  { name: "Processor time", of: ["COMMAND_CPU"], amount: total, slot: 1 },
  { name: "Received", of: ["NETWORK_DOWN"], amount: total, slot: 5 },
  { name: "Tasks ended", of: ["TASK_LEAD"], amount: count, slot: 2 },
];
const MEASURED = [...new Set(FIGURES.flatMap((each) => each.of))];

const unitOfFigure = ({ of: [first], amount }: Shown) => (amount === count || !first ? "count" : unitOf(first));

/** As much time before is whole buckets right before; what nothing was measured of there was 0, if it would be kept. */
function before(points: readonly Point[] | undefined, kept: string | null | undefined, figure: Shown) {
  if (!points || kept) return undefined;
  return (
    sumOf(points, figure.of, figure.amount)?.value ??
    (points.some((each) => figure.of.includes(each.measure)) ? null : 0)
  );
}

export function Overview({ board }: { board: Board }) {
  const { range } = board;
  const compared = useMeasured(UsageComparedDocument, {
    ...askedOf(board),
    before: iso(range.before),
    measures: MEASURED,
    bucket: range.bucket,
  });
  const cost = useSeries(board, ["COST"], ["MODEL"]);
  const commands = useSeries(board, ["COMMAND_DURATION"], ["DETAIL"]);
  const { now, before: earlier } = compared.data ?? {};
  const costs = cost.data?.usage;
  const outcomes = commands.data?.usage;
  if (now && earlier && now.points.length === 0 && earlier.totals.length === 0) return <Nothing />;
  return (
    <Stack gap="md">
      <Told asked={[compared, cost, commands]} kept={now?.keptFrom} />
      <dl className={classes.figures} style={{ margin: 0 }}>
        {FIGURES.map((figure) => {
          const all = now && sumOf(now.totals, figure.of, figure.amount);
          const own = now?.points.filter((point) => figure.of.includes(point.measure));
          return (
            <Figure
              key={figure.name}
              name={figure.name}
              unit={unitOfFigure(figure)}
              value={now && (all ? all.value : 0)}
              before={before(earlier?.totals, earlier?.keptFrom, figure)}
              unknown={figure.name === "Cost" ? (all?.unknown ?? 0) : 0}
              values={own && valuesOf(own, range, figure.amount, now?.keptFrom)}
              slot={figure.slot}
            />
          );
        })}
      </dl>
      <div className={classes.two}>
        <TimeChart
          title="Cost by model"
          data={costs && chartOf(costs.points, byGroup, { unit: "nano-dollars", range, kept: costs.keptFrom })}
          zoom={board.zoom}
          links={board.links}
          nothing="No model was called, or none that has a price."
        />
        <Outcomes
          title="Commands by outcome"
          board={board}
          series={outcomes}
          nothing="No command ended in this time."
        />
      </div>
    </Stack>
  );
}

const Nothing = () => (
  <Empty icon={IconChartBar} title="Nothing was used in this time" command="qd run -- make test">
    Sessions, commands and tasks are measured by themselves. Agents outside of Quarterdeck tell their calls of models by{" "}
    <code>qd usage record</code>, and then what they cost is here as well.
  </Empty>
);
