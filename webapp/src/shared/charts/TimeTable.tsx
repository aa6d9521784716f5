import { memo } from "react";

import { bucketName } from "@/shared/time/wording";
import { SafeText } from "@/shared/ui/SafeText";

import { type ChartData, sum } from "./series";
import { exact } from "./units";

import classes from "./charts.module.css";

interface TimeTableProps {
  title: string;
  data: ChartData;
  /** Whether its columns can be summed up. */
  total: boolean;
}

/** The numbers of a chart, as exact as they are. Many of them: drawn anew only for others. */
export const TimeTable = memo(function TimeTable({ title, data, total }: TimeTableProps) {
  const { unit, bucket, at, series } = data;
  const said = (value: number | null | undefined) =>
    value === null || value === undefined ? "unknown" : exact(unit, value);
  return (
    <table className={classes.twin} aria-label={title}>
      <thead>
        <tr>
          <th scope="col">When</th>
          {series.map((each) => (
            <th key={each.key} scope="col">
              <SafeText text={each.label} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {at.map((moment, index) => (
          <tr key={moment}>
            <th scope="row">{bucketName(bucket, moment)}</th>
            {series.map((each) => (
              <td key={each.key}>{said(each.values[index])}</td>
            ))}
          </tr>
        ))}
        {total && (
          <tr>
            <th scope="row">In all</th>
            {series.map((each) => (
              <td key={each.key}>{said(sum(each.values))}</td>
            ))}
          </tr>
        )}
      </tbody>
    </table>
  );
});
