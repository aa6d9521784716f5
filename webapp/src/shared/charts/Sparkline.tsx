import { colourVariable } from "./palette";
import type { Values } from "./series";

import classes from "./charts.module.css";

const WIDTH = 100;
const HEIGHT = 32;

/** The way of a number, without axes, for the eye alone: the figure beside it says what it came to. */
export function Sparkline({ values, slot = 0 }: { values: Values; slot?: number }) {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  const across = (index: number) => (values.length > 1 ? (index / (values.length - 1)) * WIDTH : WIDTH / 2);
  const up = (value: number) => HEIGHT - 2 - (value / most) * (HEIGHT - 4);
  const path = values
    .map((value, index) => {
      if (value === null) return "";
      const begins = index === 0 || (values[index - 1] ?? null) === null;
      return `${begins ? "M" : "L"}${across(index).toFixed(2)} ${up(value).toFixed(2)}`;
    })
    .join("");
  return (
    <svg className={classes.sparkline} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden>
      <path
        d={path}
        fill="none"
        strokeWidth={1.5}
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
        style={{ stroke: colourVariable(slot) }}
      />
    </svg>
  );
}
