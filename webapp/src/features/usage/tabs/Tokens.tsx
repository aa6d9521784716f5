import { Stack } from "@mantine/core";

import { Bars } from "@/shared/charts/Bars";
import { TimeChart } from "@/shared/charts/TimeChart";

import { barsOf } from "../bars";
import { type Board, useSeries } from "../board";
import { GroupBy } from "../components/GroupBy";
import { Told } from "../components/Told";
import { byGroup, chartOf } from "../points";
import { DIMENSIONS, nameOf, TOKENS } from "../terms";

import classes from "../components/usage.module.css";

const AMONG = DIMENSIONS.filter((each) => each !== "DETAIL");
const SLOTS = Object.fromEntries(TOKENS.map((measure, slot) => [measure, slot]));

export function Tokens({ board }: { board: Board }) {
  const { range, search } = board;
  const by = search.by ?? ["MODEL"];
  const asked = useSeries(board, TOKENS, by);
  const series = asked.data?.usage;
  const common = { unit: "tokens", range, kept: series?.keptFrom } as const;
  const nothing = "No call of a model was told of. Tell them: qd usage record --file calls.jsonl";
  return (
    <Stack gap="md">
      <Told asked={[asked]} kept={series?.keptFrom} />
      <div className={classes.two}>
        <TimeChart
          title="Tokens by kind"
          about="Kinds are apart: none is part of another"
          data={
            series &&
            chartOf(series.points, (point) => [point.measure, nameOf(point.measure)], { ...common, slots: SLOTS })
          }
          zoom={board.zoom}
          links={board.links}
          nothing={nothing}
        />
        <TimeChart
          title="Tokens of all kinds"
          actions={<GroupBy board={board} usual="MODEL" among={AMONG} />}
          data={series && chartOf(series.points, byGroup, common)}
          zoom={board.zoom}
          links={board.links}
          nothing={nothing}
        />
      </div>
      <Bars
        title="In all"
        unit="tokens"
        of="Of"
        columns={["Share", ...TOKENS.map(nameOf)]}
        rows={series && barsOf(series.totals, board, TOKENS)}
        nothing={nothing}
      />
    </Stack>
  );
}
