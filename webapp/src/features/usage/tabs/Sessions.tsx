import { Stack } from "@mantine/core";

import { TimeChart } from "@/shared/charts/TimeChart";

import { UsagePercentilesShownDocument } from "../api/UsagePercentilesShown.generated";
import { askedOf, type Board, useMeasured, useSeries } from "../board";
import { GroupBy } from "../components/GroupBy";
import { Outcomes } from "../components/Outcomes";
import { PercentileTable } from "../components/PercentileTable";
import { Told } from "../components/Told";
import { chartOf } from "../points";
import { DIMENSIONS, nameOf } from "../terms";

import classes from "../components/usage.module.css";

const PERCENTS = [50, 90, 95, 99];
const AMONG = DIMENSIONS.filter((each) => each !== "MODEL" && each !== "PROVIDER");

export function Sessions({ board }: { board: Board }) {
  const { range, search } = board;
  const ended = useSeries(board, ["SESSION_DURATION"], search.by ?? ["DETAIL"]);
  const sizes = useSeries(board, ["NETWORK_UP", "NETWORK_DOWN", "WORKSPACE_BYTES"]);
  const times = useMeasured(UsagePercentilesShownDocument, {
    ...askedOf(board),
    measures: ["SESSION_QUEUE", "SESSION_PROVISIONING", "SESSION_DURATION"],
    percentiles: PERCENTS,
  });
  const series = ended.data?.usage;
  const sized = sizes.data?.usage;
  return (
    <Stack gap="md">
      <Told asked={[ended, sizes, times]} kept={series?.keptFrom} />
      <Outcomes
        title="Sessions that ended"
        board={board}
        series={series}
        actions={<GroupBy board={board} usual="DETAIL" among={AMONG} />}
        nothing="No session ended in this time. Open one: qd session open"
      />
      <PercentileTable
        title="How long sessions take"
        points={times.data?.usagePercentiles.points}
        percents={PERCENTS}
      />
      <div className={classes.two}>
        <TimeChart
          title="Network"
          shape="line"
          data={
            sized &&
            chartOf(
              sized.points.filter((point) => point.measure !== "WORKSPACE_BYTES"),
              (point) => [point.measure, nameOf(point.measure)],
              { unit: "bytes", range, kept: sized.keptFrom },
            )
          }
          zoom={board.zoom}
          nothing="Sessions connected to nothing in this time."
        />
        <TimeChart
          title="Largest workspace"
          about="Of what a session had written by its end"
          shape="line"
          data={
            sized &&
            chartOf(
              sized.points.filter((point) => point.measure === "WORKSPACE_BYTES"),
              (point) => [point.measure, nameOf(point.measure)],
              { unit: "bytes", range, kept: sized.keptFrom },
            )
          }
          zoom={board.zoom}
        />
      </div>
    </Stack>
  );
}
