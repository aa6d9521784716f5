import { bucketName, bucketSpan } from "@/shared/time/wording";
import { SafeText } from "@/shared/ui/SafeText";

import { colourVariable } from "./palette";
import { AXIS } from "./plotOptions";
import type { ChartData, Series } from "./series";
import { short } from "./units";

import classes from "./charts.module.css";

interface PlotTipProps {
  data: ChartData;
  shown: readonly Series[];
  index: number;
  /** Of the pointer, from where the drawing begins. */
  left: number;
  /** Whether they add up to something. */
  total: boolean;
}

/** What is under the pointer, in the order in which it lies there. For the eye: keys and screen readers are told it. */
export function PlotTip({ data, shown, index, left, total }: PlotTipProps) {
  const { unit, bucket, at } = data;
  const moment = at[index] ?? 0;
  const known = shown.map((each) => ({ ...each, value: each.values[index] ?? null }));
  const right = index > data.at.length / 2;
  const sum = known.reduce((all, each) => all + (each.value ?? 0), 0);
  const said = (value: number | null) => (value === null ? "unknown" : short(unit, value));
  return (
    <div
      aria-hidden
      className={classes.tip}
      style={{ left: left + AXIS, transform: `translateX(${right ? "calc(-100% - 12px)" : "12px"})` }}
    >
      <strong>{bucketName(bucket, moment)}</strong>
      <small>{bucketSpan(bucket, moment)}</small>
      {known
        .filter((each) => each.value !== 0)
        .toReversed()
        .map((each) => (
          <div key={each.key} className={classes.tipRow}>
            <span className={classes.swatch} style={{ background: colourVariable(each.slot) }} />
            <span className={classes.tipName}>
              <SafeText text={each.label} />
            </span>
            <span>{said(each.value)}</span>
          </div>
        ))}
      {total && shown.length > 1 && (
        <div className={classes.tipRow}>
          <span />
          <span className={classes.tipName}>in all</span>
          <span>{said(sum)}</span>
        </div>
      )}
    </div>
  );
}
