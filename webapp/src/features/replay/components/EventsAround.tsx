import { Text } from "@mantine/core";
import { useEffect, useRef } from "react";

import { EventRow } from "@/shared/events/EventRow";

import { clockOf } from "../core/places";
import type { Player } from "../player";
import { useEventsAround } from "../useEventsAround";

import classes from "./Replay.module.css";

const BEFORE = 30;
const AFTER = 30;

/** The events before and after the moment, and the last one until then. */
export function EventsAround({ player, sessionId }: { player: Player; sessionId: string }) {
  const { line, count } = player;
  const list = useRef<HTMLDivElement>(null);
  const first = Math.max(0, count - 1 - BEFORE);
  const last = Math.min(line.length - 1, count - 1 + AFTER);
  const { events, failed } = useEventsAround(line, sessionId, first, last);
  const now = count - 1;
  useEffect(() => {
    const box = list.current;
    const row = box?.querySelector<HTMLElement>("[data-now=true]");
    if (box && row) box.scrollTop = row.offsetTop - box.clientHeight / 2 + row.clientHeight / 2;
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the row moves with what there is
  }, [now, events.length]);
  return (
    <div ref={list} role="list" aria-label="Events around this moment" className={classes.events}>
      {failed && (
        <Text size="sm" c="var(--qd-bad)" role="status">
          {failed}
        </Text>
      )}
      {Array.from({ length: last - first + 1 }, (_, index) => first + index).map((index) => (
        <div
          key={line.positionOf(index)}
          role="listitem"
          data-now={index === now}
          data-later={index > now || undefined}
        >
          <EventRow
            event={events.find((each) => each.position === line.positionOf(index))}
            index={index}
            time={clockOf(line.timeOf(index))}
            current={index === now}
            chosen={index === now}
            onOpen={() => void player.toEvent(index)}
          />
        </div>
      ))}
    </div>
  );
}
