import { Text } from "@mantine/core";
import { memo, useEffect, useRef } from "react";

import { EventRow } from "@/shared/events/EventRow";
import type { EventShownFragment } from "@/shared/events/EventShown.generated";

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
  }, [now, events.size]);
  return (
    <div ref={list} role="list" aria-label="Events around this moment" className={classes.events}>
      {failed && (
        <Text size="sm" c="var(--qd-bad)" role="status">
          {failed}
        </Text>
      )}
      {Array.from({ length: last - first + 1 }, (_, index) => first + index).map((index) => (
        <Around
          key={line.positionOf(index)}
          player={player}
          event={events.get(line.positionOf(index))}
          index={index}
          when={index < now ? "before" : index > now ? "after" : "now"}
        />
      ))}
    </div>
  );
}

interface AroundProps {
  player: Player;
  event: EventShownFragment | undefined;
  index: number;
  when: "before" | "now" | "after";
}

const Around = memo(function Around({ player, event, index, when }: AroundProps) {
  return (
    <div role="listitem" data-now={when === "now"} data-later={when === "after" || undefined}>
      <EventRow
        event={event}
        index={index}
        time={clockOf(player.line.timeOf(index))}
        current={when === "now"}
        chosen={when === "now"}
        onOpen={() => void player.toEvent(index)}
      />
    </div>
  );
});
