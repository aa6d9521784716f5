import { Button, SegmentedControl } from "@mantine/core";
import { IconArrowDown, IconHistory } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";

import { EventRow } from "@/shared/events/EventRow";
import type { EventShownFragment } from "@/shared/events/EventShown.generated";
import type { KindName } from "@/shared/events/kindNames";
import { kinds } from "@/shared/events/kinds";
import { counted, whole } from "@/shared/text/counts";
import { shortId } from "@/shared/text/ids";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Skeletons } from "@/shared/ui/Skeletons";
import { stepOf } from "@/shared/ui/tableKeys";

import type { SessionEvents } from "../timeline";
import { useSessionEvents } from "./useSessionEvents";

import classes from "./TimeLine.module.css";

interface TimeLineProps {
  sessionId: string;
  kind: KindName | undefined;
  onKind: (kind: KindName | undefined) => void;
  /** Position of the event that the address names. */
  at: number | undefined;
  onOpen: (event: EventShownFragment) => void;
}

const ALL = "all";

/** All that happened in a session, of any length: only what is in view, and what was seen last, is here. */
export function TimeLine({ sessionId, kind, onKind, at, onOpen }: TimeLineProps) {
  const { pages, failed } = useSessionEvents(sessionId, kind && kinds[kind].topics);
  const choices = [
    { value: ALL, label: "All" },
    ...Object.entries(kinds).map(([value, each]) => ({ value, label: each.label })),
  ];
  return (
    <div>
      <div className={classes.bar}>
        <SegmentedControl
          size="xs"
          aria-label="Which events"
          value={kind ?? ALL}
          onChange={(next) => onKind(next === ALL ? undefined : (next as KindName))}
          data={choices}
        />
        <span className={classes.count}>{pages && counted(pages.total, "event")}</span>
      </div>
      {failed && <Failure fault={{ code: "UNAVAILABLE", message: failed, nextStep: "Scroll on to ask again." }} />}
      {!pages && !failed && <Skeletons />}
      {pages?.total === 0 && (
        <Empty
          icon={IconHistory}
          title="Nothing of this kind happened"
          command={`qd events list --session ${shortId(sessionId)}`}
        >
          What happens shows here at once.
        </Empty>
      )}
      {pages && pages.total > 0 && <List key={kind ?? ALL} pages={pages} at={at} onOpen={onOpen} />}
    </div>
  );
}

const ROW_PX = 34;
const NEAR_ROWS = 3;

function List({
  pages,
  at,
  onOpen,
}: {
  pages: SessionEvents;
  at: number | undefined;
  onOpen: TimeLineProps["onOpen"];
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState<number>();
  const [atEnd, setAtEnd] = useState(at === undefined);
  const [seen, setSeen] = useState(pages.total);
  const pending = useRef<number | undefined>(undefined);
  const virtual = useVirtualizer({
    count: pages.total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
    initialOffset: at === undefined ? pages.total * ROW_PX : pages.near(at) * ROW_PX,
  });
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => pages.want(first, last), [pages, first, last]);
  useLayoutEffect(() => {
    if (!atEnd) return;
    virtual.scrollToIndex(pages.total - 1, { align: "end" });
    setSeen(pages.total);
  }, [virtual, atEnd, pages.total]);
  useShown(at, pages, (index) => virtual.scrollToIndex(index, { align: "center" }));
  useEffect(() => {
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${pending.current}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    pending.current = undefined;
  });

  const look = () => {
    const element = scroller.current;
    if (!element) return;
    const end = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_ROWS * ROW_PX;
    if (end !== atEnd) setAtEnd(end);
    if (!end && atEnd) setSeen(pages.total);
  };
  const move = (event: KeyboardEvent) => {
    const next = stepOf(event.key, focused ?? last, pages.total);
    if (next === undefined) return;
    event.preventDefault();
    pending.current = next;
    setFocused(next);
    virtual.scrollToIndex(next);
  };
  const fresh = pages.total - seen;
  const current = focused !== undefined && focused >= first && focused <= last ? focused : last;
  return (
    <div className={classes.around}>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its rows are focused */}
      <div ref={scroller} className={classes.scroller} onScroll={look} onKeyDown={move} role="list" aria-label="Events">
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {items.map((item) => (
            <div
              key={item.index}
              role="listitem"
              aria-setsize={pages.total}
              aria-posinset={item.index + 1}
              className={classes.row}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <EventRow
                event={pages.at(item.index)}
                index={item.index}
                current={item.index === current}
                chosen={pages.at(item.index)?.position === at}
                onOpen={onOpen}
                onFocus={setFocused}
              />
            </div>
          ))}
        </div>
      </div>
      {!atEnd && (
        <Button
          className={classes.pill}
          radius="xl"
          size="compact-sm"
          rightSection={<IconArrowDown size={14} aria-hidden />}
          onClick={() => setAtEnd(true)}
        >
          {fresh > 0 ? `${whole(fresh)} new` : "To the end"}
        </Button>
      )}
    </div>
  );
}

/** Goes to the event that the address names, once its page is there. */
function useShown(at: number | undefined, pages: SessionEvents, go: (index: number) => void): void {
  const done = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (at === undefined || done.current === at) return;
    const index = pages.indexOf(at);
    if (index === undefined) return;
    done.current = at;
    go(index);
  });
}
