import { Skeleton, Tooltip } from "@mantine/core";

import type { Values } from "@/shared/charts/series";
import { Sparkline } from "@/shared/charts/Sparkline";
import { exact, short, type Unit } from "@/shared/charts/units";

import { changed } from "../change";

import classes from "./usage.module.css";

interface FigureProps {
  name: string;
  unit: Unit;
  /** Undefined: it is still asked for. Null: nothing is known. */
  value: number | null | undefined;
  before?: number | null | undefined;
  /** Where some of it is not known: said beside the number. */
  unknown?: number;
  values?: Values | undefined;
  slot?: number;
}

/** A number, how it changed, and its way. */
export function Figure({ name, unit, value, before, unknown = 0, values, slot }: FigureProps) {
  return (
    <div className={classes.figure}>
      <dt>{name}</dt>
      {value === undefined ? (
        <dd aria-busy="true">
          <Skeleton height={30} mt={4} width="60%" />
          <Skeleton height={40} mt={14} />
        </dd>
      ) : (
        <>
          <dd>
            <Tooltip label={value === null ? "Nothing is known of it" : exact(unit, value)}>
              <span className={classes.value}>{value === null ? "unknown" : short(unit, value)}</span>
            </Tooltip>
          </dd>
          <dd className={classes.change}>
            {changed(value, before)}
            {unknown > 0 && ` · ${unknown.toLocaleString("en")} without a price`}
          </dd>
          {values && (
            <dd>
              <Sparkline values={values} {...(slot !== undefined && { slot })} />
            </dd>
          )}
        </>
      )}
    </div>
  );
}
