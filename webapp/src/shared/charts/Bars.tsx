import { Skeleton } from "@mantine/core";
import type { ReactNode } from "react";

import { SafeText } from "@/shared/ui/SafeText";

import { ChartCard } from "./ChartCard";
import { colourVariable, REST_SLOT } from "./palette";
import { toCsv } from "./series";
import { exact, short, type Unit } from "./units";

import classes from "./charts.module.css";

export interface BarRow {
  key: string;
  label: string;
  /** What stands there instead of the label, such as a link. */
  shown?: ReactNode;
  /** How long its bar is. Null: not known. */
  value: number | null;
  /** What is said instead of `value`, of a row that has no bar. */
  told?: number | null;
  slot?: number;
  /** Further cells, in the order of `columns`. */
  cells?: readonly string[];
}

interface BarsProps {
  title: string;
  about?: string;
  unit: Unit;
  /** The name of what the rows are. */
  of: string;
  /** The name of the number. */
  total?: string;
  columns?: readonly string[];
  /** Undefined: it is still asked for. */
  rows: readonly BarRow[] | undefined;
  actions?: ReactNode;
  nothing?: ReactNode;
}

const HEIGHT = 160;
const NONE: readonly string[] = [];

/** Lengths beside their names: it is a table, so it needs no twin. */
export function Bars({ title, about, unit, of, total = "Total", columns = NONE, rows, actions, nothing }: BarsProps) {
  const longest = Math.max(0, ...(rows ?? []).map((row) => row.value ?? 0));
  const csv = () =>
    toCsv([
      [of, `${total} (${unit})`, ...columns],
      ...(rows ?? []).map((row) => [row.label, row.told ?? row.value, ...(row.cells ?? [])]),
    ]);
  return (
    <ChartCard title={title} about={about} actions={actions} {...(rows?.length && { csv })}>
      {!rows && (
        <div aria-busy="true">
          <Skeleton height={HEIGHT} radius="sm" />
        </div>
      )}
      {rows?.length === 0 && <div className={classes.gone}>{nothing ?? "Nothing was measured in this time."}</div>}
      {rows && rows.length > 0 && (
        <table className={classes.twin} aria-label={title}>
          <thead>
            <tr>
              <th scope="col" className={classes.name}>
                {of}
              </th>
              <th scope="col" className={classes.track} aria-label="Picture" />
              <th scope="col">{total}</th>
              {columns.map((each) => (
                <th key={each} scope="col" className={classes.optional}>
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.key}>
                <th scope="row" className={classes.name}>
                  {row.shown ?? <SafeText text={row.label} />}
                </th>
                <td className={classes.track}>
                  {row.value !== null && longest > 0 && (
                    <div
                      className={classes.bar}
                      style={{
                        width: `${(row.value / longest) * 100}%`,
                        background: colourVariable(row.slot ?? REST_SLOT),
                      }}
                    />
                  )}
                </td>
                <Amount unit={unit} value={row.told ?? row.value} />
                {columns.map((column, index) => (
                  <td key={column} className={classes.optional}>
                    {row.cells?.[index]}
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

const Amount = ({ unit, value }: { unit: Unit; value: number | null }) => (
  <td title={value === null ? undefined : exact(unit, value)}>{value === null ? "unknown" : short(unit, value)}</td>
);
