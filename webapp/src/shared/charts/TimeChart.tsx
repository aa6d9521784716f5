import { Skeleton, Text, UnstyledButton } from "@mantine/core";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";

import { SafeText } from "@/shared/ui/SafeText";

import { ChartCard } from "./ChartCard";
import { colourVariable } from "./palette";
import { Picked } from "./Picked";
import type { Shape } from "./plotOptions";
import { type ChartData, csvOf, type Series, sum } from "./series";
import { TimeTable } from "./TimeTable";
import { short } from "./units";

import classes from "./charts.module.css";

/** It brings the library that draws, which no other page needs. */
const Plot = lazy(async () => ({ default: (await import("./Plot")).Plot }));

interface TimeChartProps {
  title: string;
  /** What the numbers are, in a few words. */
  about?: string;
  /** Undefined: it is still asked for. */
  data: ChartData | undefined;
  shape?: Shape;
  height?: number;
  /** Takes the page to a part of the time. */
  zoom?: (from: number, to: number) => void;
  /** Where to go from a bucket. */
  links?: (from: number, to: number) => ReactNode;
  actions?: ReactNode;
  /** What is said where nothing was measured. */
  nothing?: ReactNode;
}

/** Series over time, as a picture and as a table with the same numbers. */
export function TimeChart({
  title,
  about,
  data: given,
  shape = "bars",
  height = 220,
  zoom,
  links,
  actions,
  nothing,
}: TimeChartProps) {
  const data = useSteady(given);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  /** Where the bucket begins: after a zoom it may not be there. */
  const [picked, setPicked] = useState<number>();
  const shown = useMemo(() => data?.series.filter((each) => !hidden.has(each.key)) ?? [], [data, hidden]);
  const toggle = (key: string, alone: boolean) => {
    if (!data) return;
    const others = data.series.map((each) => each.key).filter((each) => each !== key);
    const next = new Set(alone ? others : hidden);
    if (alone || next.has(key)) next.delete(key);
    else next.add(key);
    setHidden(next);
  };
  const skeleton = <Skeleton height={height} radius="sm" aria-busy="true" />;
  if (!data)
    return (
      <ChartCard title={title} about={about} actions={actions}>
        {skeleton}
      </ChartCard>
    );
  if (data.series.every((each) => each.values.every((value) => value === null || value === 0)))
    return (
      <ChartCard title={title} about={about} actions={actions}>
        <div className={classes.gone} style={{ minHeight: height }}>
          {nothing ?? "Nothing was measured in this time."}
        </div>
      </ChartCard>
    );
  const index = data.at.indexOf(picked ?? Number.NaN);
  return (
    <ChartCard
      title={title}
      about={about}
      actions={actions}
      csv={() => csvOf(data)}
      table={<TimeTable title={title} data={data} total={shape !== "line"} />}
    >
      <Suspense fallback={skeleton}>
        <Plot
          label={`${title}, by ${data.bucket.toLowerCase()}`}
          data={data}
          shape={shape}
          shown={shown}
          height={height}
          zoom={zoom}
          pick={(at) => setPicked(data.at[at])}
        />
      </Suspense>
      {index >= 0 && (
        <Picked
          data={data}
          index={index}
          end={data.at[index + 1] ?? data.end}
          zoom={zoom}
          links={links}
          close={() => setPicked(undefined)}
        />
      )}
      <Legend data={data} hidden={hidden} toggle={toggle} sums={shape !== "line"} />
    </ChartCard>
  );
}

/** The same object for the same numbers, so that nothing is drawn anew for them. */
function useSteady(data: ChartData | undefined): ChartData | undefined {
  const text = JSON.stringify(data);
  // eslint-disable-next-line react/exhaustive-deps -- the text is all of it
  return useMemo(() => data, [text]);
}

interface LegendProps {
  data: ChartData;
  hidden: ReadonlySet<string>;
  toggle: (key: string, alone: boolean) => void;
  sums: boolean;
}

function Legend({ data, hidden, toggle, sums }: LegendProps) {
  const said = (each: Series) => {
    const total = sum(each.values);
    return sums ? (total === null ? "unknown" : short(data.unit, total)) : undefined;
  };
  return (
    <ul className={classes.legend} aria-label="Series">
      {data.series.map((each) => (
        <li key={each.key}>
          <UnstyledButton
            className={classes.key}
            aria-pressed={!hidden.has(each.key)}
            title="Show or hide; with Shift, show it alone"
            onClick={(event) => toggle(each.key, event.shiftKey)}
          >
            <span className={classes.swatch} style={{ background: colourVariable(each.slot) }} />
            <SafeText text={each.label} />
            {said(each) && (
              <Text span size="xs" c="dimmed">
                {said(each)}
              </Text>
            )}
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
