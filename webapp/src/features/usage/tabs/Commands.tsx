import { Stack } from "@mantine/core";

import { TimeChart } from "@/shared/charts/TimeChart";
import { beginsOf } from "@/shared/time/buckets";

import { UsagePercentilesShownDocument, type UsagePercentilesShownQuery } from "../api/UsagePercentilesShown.generated";
import { askedOf, type Board, useMeasured, useSeries } from "../board";
import { GroupBy } from "../components/GroupBy";
import { Outcomes } from "../components/Outcomes";
import { PercentileTable } from "../components/PercentileTable";
import { Told } from "../components/Told";
import { chartOf } from "../points";
import type { Range } from "../range";
import { DIMENSIONS, nameOf } from "../terms";

import classes from "../components/usage.module.css";

const PERCENTS = [50, 90, 99];
const AMONG = DIMENSIONS.filter((each) => each !== "MODEL" && each !== "PROVIDER");

export function Commands({ board }: { board: Board }) {
  const { range, search } = board;
  const ended = useSeries(board, ["COMMAND_DURATION"], search.by ?? ["DETAIL"]);
  const took = useSeries(board, ["COMMAND_CPU", "COMMAND_OUTPUT", "COMMAND_MEMORY"]);
  const percentiles = { ...askedOf(board), percentiles: PERCENTS };
  const times = useMeasured(UsagePercentilesShownDocument, {
    ...percentiles,
    measures: ["COMMAND_DURATION"],
    bucket: range.bucket,
  });
  const whole = useMeasured(UsagePercentilesShownDocument, {
    ...percentiles,
    measures: ["COMMAND_QUEUE", "COMMAND_DURATION", "COMMAND_CPU", "COMMAND_MEMORY", "COMMAND_OUTPUT"],
  });
  const series = ended.data?.usage;
  const sums = took.data?.usage;
  const asTotal = { range, kept: sums?.keptFrom };
  const of = (measure: string) => sums?.points.filter((point) => point.measure === measure) ?? [];
  const single = (measure: "COMMAND_CPU" | "COMMAND_OUTPUT" | "COMMAND_MEMORY", unit: "ms" | "bytes") =>
    sums && chartOf(of(measure), () => [measure, nameOf(measure)], { ...asTotal, unit });
  return (
    <Stack gap="md">
      <Told asked={[ended, took, times, whole]} kept={series?.keptFrom} />
      <Outcomes
        title="Commands by outcome"
        board={board}
        series={series}
        actions={<GroupBy board={board} usual="DETAIL" among={AMONG} />}
        nothing="No command ended in this time. Run one: qd run -- make test"
      />
      <div className={classes.two}>
        <TimeChart
          title="How long commands run"
          about="Half of them, 90 and 99 of a hundred took at most so long"
          shape="line"
          data={times.data && percentilesOver(times.data, range)}
          zoom={board.zoom}
          links={board.links}
        />
        <TimeChart title="Processor time" data={single("COMMAND_CPU", "ms")} zoom={board.zoom} />
        <TimeChart
          title="Peak memory"
          about="Of the largest"
          shape="line"
          data={single("COMMAND_MEMORY", "bytes")}
          zoom={board.zoom}
        />
        <TimeChart title="Output" data={single("COMMAND_OUTPUT", "bytes")} zoom={board.zoom} />
      </div>
      <PercentileTable title="Over all of this time" points={whole.data?.usagePercentiles.points} percents={PERCENTS} />
    </Stack>
  );
}

/** A line for each; where nothing ran, there is none. */
function percentilesOver({ usagePercentiles: { points } }: UsagePercentilesShownQuery, range: Range) {
  const at = beginsOf(range.bucket, range.from, range.to);
  const found = new Map(points.map((point) => [Date.parse(point.at), point.values]));
  const series = PERCENTS.map((percent, slot) => ({
    key: `p${percent}`,
    label: `p${percent}`,
    slot,
    values: at.map((begin) => found.get(begin)?.find((each) => each.percentile === percent)?.value ?? null),
  }));
  return { unit: "ms" as const, bucket: range.bucket, at, end: range.to, series };
}
