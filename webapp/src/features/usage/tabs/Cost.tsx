import { Alert, Stack } from "@mantine/core";

import { Bars } from "@/shared/charts/Bars";
import { TimeChart } from "@/shared/charts/TimeChart";
import { TextLink } from "@/shared/routing/links";
import { counted } from "@/shared/text/counts";

import { barsOf } from "../bars";
import { type Board, useSeries } from "../board";
import { GroupBy } from "../components/GroupBy";
import { Told } from "../components/Told";
import { byGroup, chartOf, sumOf } from "../points";
import { DIMENSIONS } from "../terms";

const AMONG = DIMENSIONS.filter((each) => each !== "DETAIL");

export function Cost({ board }: { board: Board }) {
  const { range, search } = board;
  const asked = useSeries(board, ["COST"], search.by ?? ["MODEL"]);
  const series = asked.data?.usage;
  const unknown = (series && sumOf(series.totals, ["COST"])?.unknown) ?? 0;
  const nothing = "No call of a model was told of. Tell them: qd usage record --file calls.jsonl";
  return (
    <Stack gap="md">
      <Told asked={[asked]} kept={series?.keptFrom} />
      {unknown > 0 && (
        <Alert variant="light" color="gray" p="xs">
          {counted(unknown, "call")} {unknown === 1 ? "is" : "are"} of models without a price, and in no sum.{" "}
          <TextLink
            to="/p/$project/prices"
            params={{ project: board.project.slug }}
            search={{ revise: true }}
            size="sm"
            underline="always"
          >
            Give them one
          </TextLink>
        </Alert>
      )}
      <TimeChart
        title="Cost"
        about="In dollars, at today's prices"
        height={280}
        actions={<GroupBy board={board} usual="MODEL" among={AMONG} />}
        data={series && chartOf(series.points, byGroup, { unit: "nano-dollars", range, kept: series.keptFrom })}
        zoom={board.zoom}
        links={board.links}
        nothing={nothing}
      />
      <Bars
        title="In all"
        unit="nano-dollars"
        of="Of"
        total="Cost"
        columns={["Share"]}
        rows={series && barsOf(series.totals, board, ["COST"])}
        nothing={nothing}
      />
    </Stack>
  );
}
