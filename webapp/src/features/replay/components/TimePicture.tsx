import { memo } from "react";

import type { Picture } from "../core/marks";

import classes from "./Scrubber.module.css";

const HIGH = 30;
const LANE = 5;
const MARKS = 10;
const NAMES = { 1: "start", 2: "note", 3: "bad" } as const;

/** What happened, cell by cell: marks, how much, and when each command ran. */
export const TimePicture = memo(function TimePicture({ picture, cells }: { picture: Picture; cells: number }) {
  const { marks, activity, lanes } = picture;
  const below = MARKS + HIGH + 4;
  const high = below + Math.max(1, lanes.length) * LANE;
  const hill = activity.map((level, cell) => `L${cell} ${MARKS + HIGH * (1 - level)}H${cell + 1}`).join("");
  return (
    <svg
      className={classes.picture}
      viewBox={`0 0 ${cells} ${high}`}
      preserveAspectRatio="none"
      height={high}
      aria-hidden
    >
      <path className={classes.hill} d={`M0 ${MARKS + HIGH}${hill}V${MARKS + HIGH}Z`} />
      {marks.map(({ cell, weight }) => (
        <rect
          key={cell}
          className={classes[NAMES[weight]]}
          x={cell}
          y={weight === 1 ? 5 : 0}
          width={weight === 1 ? 0.5 : 1}
          height={MARKS - (weight === 1 ? 5 : 2)}
        />
      ))}
      {lanes.map((lane, index) =>
        lane.map(({ from, to, failed }) => (
          <rect
            key={`${index} ${from}`}
            className={failed ? classes.failed : classes.ran}
            x={from}
            y={below + index * LANE}
            width={to - from + 0.8}
            height={LANE - 2}
          />
        )),
      )}
    </svg>
  );
});
