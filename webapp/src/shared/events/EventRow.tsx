import { createElement } from "react";

import { SafeText } from "@/shared/ui/SafeText";

import type { EventShownFragment } from "./EventShown.generated";
import { iconOf, toneOf } from "./kinds";
import { wordsOf } from "./words";

import classes from "./EventRow.module.css";

const CLOCK = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hour12: false,
});

interface EventRowProps {
  /** Undefined while its page is fetched. */
  event: EventShownFragment | undefined;
  index: number;
  /** Instead of the time of day. */
  time?: string;
  current: boolean;
  chosen: boolean;
  onOpen: (event: EventShownFragment) => void;
  onFocus?: (index: number) => void;
}

/** An event in a line. */
export function EventRow({ event, index, time, current, chosen, onOpen, onFocus }: EventRowProps) {
  if (!event) return <div className={classes.waiting} aria-busy />;
  const { what, more } = wordsOf(event);
  return (
    <button
      type="button"
      className={classes.event}
      data-index={index}
      data-tone={toneOf(event)}
      data-chosen={chosen || undefined}
      tabIndex={current ? 0 : -1}
      onClick={() => onOpen(event)}
      onFocus={() => onFocus?.(index)}
    >
      <time dateTime={event.recordedAt} className={classes.time}>
        {time ?? CLOCK.format(new Date(event.recordedAt))}
      </time>
      {createElement(iconOf(event.topic), { size: 15, stroke: 1.7, "aria-hidden": true, className: classes.icon })}
      <span className={classes.what}>
        <SafeText text={what} />
      </span>
      <span className={classes.more}>
        <SafeText text={more.replaceAll(/\s*\n\s*/g, " ⏎ ")} />
      </span>
      <span className={classes.position}>{event.position}</span>
    </button>
  );
}
