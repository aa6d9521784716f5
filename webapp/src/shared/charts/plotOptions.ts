import uPlot from "uplot";

import { type Bucket, DAY_MS, endOf, HOUR_MS } from "@/shared/time/buckets";
import { tickName } from "@/shared/time/wording";

import { colourOf, type Scheme } from "./palette";
import { type ChartData, type Series, stacked } from "./series";
import { short, steps } from "./units";

export type Shape = "bars" | "area" | "line";

/** In the middle of their bucket: what the pointer is over is then what is nearest. */
export const middles = (data: ChartData): number[] => data.at.map((at) => (at + endOf(data.bucket, at)) / 2);

/** As they are drawn: what lies on top of others is drawn before them, from its own top down. */
export function drawnData(data: ChartData, shape: Shape, shown: readonly Series[]): uPlot.AlignedData {
  const tops = stacked(shown);
  const bars = shown.map((each, of) => each.values.map((value, index) => (value ? (tops[of]?.[index] ?? null) : null)));
  const values = { line: shown.map((each) => each.values), area: tops.toReversed(), bars: bars.toReversed() }[shape];
  return [middles(data), ...values.map((each) => [...each])];
}

/** Room for numbers beside it. */
export const AXIS = 60;
/** What of a moment's name is on its right: the last one would be cut off. */
const HALF_NAME = 20;
const HOURS = [1, 2, 3, 6, 12].map((each) => each * HOUR_MS);
const DAYS = [1, 2, 7, 14, 28, 91, 365].map((each) => each * DAY_MS);

interface Look {
  scheme: Scheme;
  text: string;
  line: string;
  surface: string;
  font: string;
}

export function lookOf(element: Element, scheme: Scheme): Look {
  const style = getComputedStyle(element);
  return {
    scheme,
    text: style.getPropertyValue("--mantine-color-dimmed").trim(),
    line: style.getPropertyValue("--qd-line").trim(),
    surface: style.getPropertyValue("--qd-surface").trim(),
    font: `11px ${style.fontFamily}`,
  };
}

function seriesOption(each: Series, shape: Shape, look: Look): uPlot.Series {
  const colour = colourOf(each.slot, look.scheme);
  const drawn = { label: each.key, stroke: colour, width: 2, spanGaps: false, points: { show: false } };
  if (shape === "line") return { ...drawn, points: { show: true, size: 5, fill: colour } };
  if (shape === "area") return { ...drawn, stroke: look.surface, width: 1, fill: colour };
  const paths = uPlot.paths.bars?.({ size: [0.8, 48], radius: 0 });
  return { ...drawn, stroke: look.surface, width: 1, fill: colour, ...(paths && { paths }) };
}

/** Days begin where the buckets do. */
const clockOf = (bucket: Bucket) => (at: number) =>
  bucket === "HOUR" ? new Date(at) : uPlot.tzDate(new Date(at), "Etc/UTC");

interface PlotOptions {
  data: ChartData;
  shape: Shape;
  shown: readonly Series[];
  look: Look;
  size: { width: number; height: number };
  hooks: uPlot.Hooks.Arrays;
}

export function plotOptions({ data, shape, shown, look, size, hooks }: PlotOptions): uPlot.Options {
  const { unit, bucket } = data;
  const ordered = shape === "line" ? shown : shown.toReversed();
  const axis = { stroke: look.text, font: look.font, grid: { stroke: look.line, width: 1 }, ticks: { show: false } };
  return {
    ...size,
    ms: 1,
    tzDate: clockOf(bucket),
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false, dist: 4 },
      points: { show: shape === "line" },
    },
    scales: {
      x: { time: true, range: [data.at[0] ?? 0, data.end] },
      y: { range: (_plot, _least, most) => [0, Number.isFinite(most) && most > 0 ? most * 1.08 : 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 28,
        space: 64,
        incrs: bucket === "HOUR" ? [...HOURS, ...DAYS] : DAYS,
        values: (plot, splits, _axis, _space, step) => {
          const room = plot.bbox.width / uPlot.pxRatio - HALF_NAME;
          return splits.map((at) => (plot.valToPos(at, "x") < room ? tickName(bucket, at, step) : ""));
        },
      },
      {
        ...axis,
        size: AXIS,
        space: 36,
        incrs: steps[unit],
        values: (_plot, splits) => splits.map((value) => short(unit, value)),
      },
    ],
    series: [{}, ...ordered.map((each) => seriesOption(each, shape, look))],
    hooks,
  };
}
