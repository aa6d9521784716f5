import { useComputedColorScheme } from "@mantine/core";
import { type KeyboardEvent, type MouseEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import uPlot from "uplot";

import "uplot/dist/uPlot.min.css";

import { bucketName } from "@/shared/time/wording";

import { drawnData, lookOf, middles, plotOptions, type Shape } from "./plotOptions";
import { PlotTip } from "./PlotTip";
import type { ChartData, Series } from "./series";
import { exact } from "./units";

import classes from "./charts.module.css";

export interface PlotProps {
  label: string;
  data: ChartData;
  shape: Shape;
  shown: readonly Series[];
  height: number;
  /** Of what was dragged over. */
  zoom: ((from: number, to: number) => void) | undefined;
  /** Of the bucket that was clicked at. */
  pick: (index: number) => void;
}

/**
 * The picture. By keys it is a slider over its buckets, which tells each; Enter picks one. Screen readers have the
 * table beside it as well.
 */
export function Plot({ label, data, shape, shown, height, zoom, pick }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const pressed = useRef(0);
  const scheme = useComputedColorScheme();
  const [at, setAt] = useState<number>();
  const [left, setLeft] = useState(0);

  const selected = useEffectEvent((made: uPlot) => {
    const { left: begin, width } = made.select;
    if (width < 4) return;
    made.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    zoom?.(made.posToVal(begin, "x"), made.posToVal(begin + width, "x"));
  });

  useEffect(() => {
    const element = box.current;
    if (!element) return undefined;
    const hooks: uPlot.Hooks.Arrays = {
      setCursor: [
        (made) => {
          setAt(made.cursor.idx ?? undefined);
          setLeft(made.cursor.left ?? 0);
        },
      ],
      setSelect: [(made) => selected(made)],
    };
    const size = { width: element.clientWidth, height };
    const options = plotOptions({ data, shape, shown, look: lookOf(element, scheme), size, hooks });
    const made = new uPlot(options, drawnData(data, shape, shown), element);
    plot.current = made;
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    return () => {
      sized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [data, shape, shown, height, scheme]);

  const last = data.at.length - 1;
  const current = Math.min(at ?? last, last);
  const go = (index: number) => {
    const made = plot.current;
    const middle = middles(data)[index];
    if (made && middle !== undefined) made.setCursor({ left: made.valToPos(middle, "x"), top: 0 });
  };
  const press = (event: KeyboardEvent) => {
    const next = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: last }[event.key];
    if (event.key === "Enter") pick(current);
    else if (event.key === "Escape") plot.current?.setCursor({ left: -10, top: -10 });
    else if (next !== undefined) go(Math.max(0, Math.min(last, next)));
    else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    if (at !== undefined && Math.abs(event.clientX - pressed.current) < 4) pick(at);
  };
  return (
    <div className={classes.plot}>
      <div
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={last}
        aria-valuenow={current}
        aria-valuetext={told(data, shown, current)}
        className={classes.canvas}
        style={{ height }}
        onKeyDown={press}
        onMouseDown={(event) => {
          pressed.current = event.clientX;
        }}
        onClick={click}
      />
      {at !== undefined && data.at[at] !== undefined && (
        <PlotTip data={data} shown={shown} index={at} left={left} total={shape !== "line"} />
      )}
    </div>
  );
}

function told({ bucket, at, unit }: ChartData, shown: readonly Series[], index: number): string {
  const moment = at[index];
  if (moment === undefined) return "nothing";
  const values = shown.map(({ label, values: of }) => {
    const value = of[index] ?? null;
    return `${label} ${value === null ? "unknown" : exact(unit, value)}`;
  });
  return `${bucketName(bucket, moment)}: ${values.join(", ")}`;
}
