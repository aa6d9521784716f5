import { type PointerEvent, useMemo, useState } from "react";

import { visibleText } from "@/shared/text/visible";

import { pictureOf } from "../core/marks";
import { clockOf } from "../core/places";
import { toldAt } from "../core/told";
import type { Player } from "../player";
import { TimePicture } from "./TimePicture";

import classes from "./Scrubber.module.css";

const CELL_PX = 3;
const FEWEST = 60;

/** The time line: what happened when, and where one is. */
export function Scrubber({ player, width }: { player: Player; width: number }) {
  const { clock, line } = player;
  const { end } = clock;
  const cells = Math.max(FEWEST, Math.floor(width / CELL_PX));
  const { length } = line;
  // oxlint-disable-next-line react/exhaustive-deps -- a time line grows, and is the same
  const picture = useMemo(() => pictureOf(line, end, cells), [line, length, end, cells]);
  const [over, setOver] = useState<number>();
  const momentOf = (event: PointerEvent<HTMLElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * end;
  };
  const pressed = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    player.seek(momentOf(event));
  };
  const moved = (event: PointerEvent<HTMLElement>) => {
    const at = momentOf(event);
    setOver(at);
    if (event.buttons === 1 && event.currentTarget.hasPointerCapture(event.pointerId)) player.seek(at);
  };
  const share = end > 0 ? clock.at / end : 0;
  const { shown } = player.scene;
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Moment of the session"
      aria-valuemin={0}
      aria-valuemax={Math.round(end * 10) / 10}
      aria-valuenow={Math.round(clock.at * 10) / 10}
      aria-valuetext={`${clockOf(clock.at)} of ${clockOf(end)}${shown ? `, c${shown.number} ${visibleText(shown.text)}` : ""}`}
      className={classes.scrubber}
      onPointerDown={pressed}
      onPointerMove={moved}
      onPointerLeave={() => setOver(undefined)}
    >
      <TimePicture picture={picture} cells={cells} />
      <span className={classes.played} style={{ width: `${share * 100}%` }} />
      <span className={classes.head} style={{ insetInlineStart: `${share * 100}%` }} />
      {over !== undefined && (
        <span
          className={classes.hover}
          style={{ insetInlineStart: `${(over / (end || 1)) * 100}%` }}
          data-side={over > end / 2 ? "end" : "start"}
        >
          <b>{clockOf(over)}</b>
          {toldAt(line, over, end / cells).map((each) => (
            <span key={each}>{visibleText(each)}</span>
          ))}
        </span>
      )}
    </div>
  );
}
