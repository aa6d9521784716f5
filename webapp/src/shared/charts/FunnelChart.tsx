import { Skeleton } from "@mantine/core";

import { whole } from "@/shared/text/counts";

import { ChartCard } from "./ChartCard";
import { colourVariable } from "./palette";
import { toCsv } from "./series";

import classes from "./charts.module.css";

interface Step {
  key: string;
  label: string;
  count: number;
  /** In the order of the columns. */
  cells: readonly string[];
}

interface FunnelChartProps {
  title: string;
  about?: string;
  /** Undefined: it is still asked for. */
  steps: readonly Step[] | undefined;
  nothing: string;
}

const COLUMNS = ["Of all", "Of previous", "Median", "9 of 10", "Skipped"];

/** How many came to each step. It is a table, with the picture in it. */
export function FunnelChart({ title, about, steps, nothing }: FunnelChartProps) {
  const first = steps?.[0]?.count ?? 0;
  const csv = () =>
    toCsv([["Step", "Tasks", ...COLUMNS], ...(steps ?? []).map((each) => [each.label, each.count, ...each.cells])]);
  return (
    <ChartCard title={title} about={about} {...(steps?.length && { csv })}>
      {!steps && <Skeleton height={210} aria-busy="true" />}
      {steps?.length === 0 && <div className={classes.gone}>{nothing}</div>}
      {steps && steps.length > 0 && (
        <table className={classes.twin} aria-label={title}>
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" className={classes.track} aria-label="Picture" />
              <th scope="col">Tasks</th>
              {COLUMNS.map((each) => (
                <th key={each} scope="col" className={each === "Of all" ? undefined : classes.optional}>
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps.map((each) => (
              <tr key={each.key}>
                <th scope="row">{each.label}</th>
                <td className={classes.track}>
                  {each.count > 0 && (
                    <div
                      className={classes.step}
                      style={{ width: `${(each.count / first) * 100}%`, background: colourVariable(0) }}
                    />
                  )}
                </td>
                <td>{whole(each.count)}</td>
                {COLUMNS.map((column, index) => (
                  <td key={column} className={index === 0 ? undefined : classes.optional}>
                    {each.cells[index]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </ChartCard>
  );
}
