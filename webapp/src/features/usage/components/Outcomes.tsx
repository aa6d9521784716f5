import type { ReactNode } from "react";

import { TimeChart } from "@/shared/charts/TimeChart";

import type { UsageSeriesShownFragment } from "../api/UsageSeriesShown.generated";
import type { Board } from "../board";
import { byGroup, chartOf, count, type Point } from "../points";
import { OUTCOME_SLOTS } from "../terms";

interface OutcomesProps {
  title: string;
  board: Board;
  /** Undefined: it is still asked for. */
  series: UsageSeriesShownFragment | undefined;
  /** Which of its points; all by default. */
  of?: Point["measure"];
  actions?: ReactNode;
  nothing: string;
}

/** How many ended, and how. */
export function Outcomes({ title, board, series, of, actions, nothing }: OutcomesProps) {
  const points = series?.points.filter((point) => !of || point.measure === of);
  const asked = {
    unit: "count",
    range: board.range,
    kept: series?.keptFrom,
    amount: count,
    slots: OUTCOME_SLOTS,
  } as const;
  return (
    <TimeChart
      title={title}
      actions={actions}
      data={points && chartOf(points, byGroup, asked)}
      zoom={board.zoom}
      links={board.links}
      nothing={nothing}
    />
  );
}
