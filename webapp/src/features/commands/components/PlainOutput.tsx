import { Button, Text } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";

import { whole } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { Lines } from "../lines";
import { Place, printingTo } from "../place";
import type { OutputSink } from "../run";
import { type Start, useOutput } from "../useOutput";
import { LINE_PX, useStanding } from "../useStanding";
import { FindBar } from "./FindBar";
import type { Shown } from "./OutputFoot";

import classes from "./Output.module.css";

interface PlainOutputProps {
  command: CommandShownFragment;
  start: Start;
  /** The byte whose line is gone to. */
  place: number | undefined;
  bar: ReactNode;
  foot: (shown: Shown) => ReactNode;
}

/** Lets the page do something else in between. */
const breath = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** Output as text: of any length, without colours, read by screen readers line by line. */
export function PlainOutput({ command, start, place: offset, bar, foot }: PlainOutputProps) {
  const lines = useMemo(() => new Lines(), [start.run]); // oxlint-disable-line react/exhaustive-deps -- another run begins anew
  const place = useMemo(() => (offset === undefined ? undefined : new Place(offset)), [offset, lines]); // oxlint-disable-line react/exhaustive-deps -- another run begins anew
  const { held, goOn, hold } = useHold();
  const sink = useMemo<OutputSink>(() => {
    if (place) return printingTo(lines, place, hold);
    return {
      write: (data, error) => {
        lines.print(data, error);
        return breath();
      },
      note: (text) => lines.note(text),
    };
  }, [lines, place, hold]);
  const { state, progress, asRecorded } = useOutput(command, start, sink);
  const field = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<number>();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    getItemKey: (index) => lines.gone + index,
    overscan: 20,
  });
  const lead = useStanding(scroller, virtual, lines, offset === undefined);
  const go = (index: number) => {
    setChosen(lines.at(index)?.number);
    lead(index);
  };
  useLanding(lines, lines.length, go);

  const find = (text: string, back: boolean) => {
    const found = lines.found(text);
    const at = (chosen ?? 0) - lines.gone - 1;
    const next = back
      ? (found.findLast((each) => each < at) ?? found.at(-1))
      : (found.find((each) => each > at) ?? found[0]);
    if (next === undefined) return false;
    go(next);
    return true;
  };
  return (
    <div className={classes.frame}>
      <div className={classes.bar}>
        {bar}
        <span className={classes.grow} />
        <FindBar field={field} onFind={find} />
      </div>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- or the keyboard could not scroll it */}
      <div ref={scroller} className={classes.lines} tabIndex={0} role="log" aria-live="off" aria-label="Output">
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines.at(item.index);
            return (
              <div
                key={item.key}
                ref={virtual.measureElement}
                data-index={item.index}
                data-error={line?.error}
                data-found={line !== undefined && line.number === chosen}
                className={classes.line}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <span className={classes.number} aria-hidden>
                  {line?.number}
                </span>
                <SafeText text={line?.text ?? ""} />
              </div>
            );
          })}
        </div>
      </div>
      <div className={classes.foot}>
        {held && (
          <Text size="xs" c="dimmed" px="sm" pt={6}>
            More was printed after this.{" "}
            <Button variant="default" size="compact-xs" onClick={goOn}>
              Show what follows
            </Button>
          </Text>
        )}
        {offset !== undefined && progress.ended && lines.marked === undefined && (
          <Text size="xs" c="var(--qd-warn)" px="sm" pt={6}>
            Nothing was printed at byte {whole(offset)} or after it.
          </Text>
        )}
        {foot({ state, progress, asRecorded })}
      </div>
    </div>
  );
}

/** Goes to the marked line, once it is among the `count` that are drawn: more may have been printed since. */
function useLanding(lines: Lines, count: number, go: (index: number) => void): void {
  const landed = useRef<Lines>(undefined);
  useEffect(() => {
    const index = (lines.marked ?? Infinity) - lines.gone - 1;
    if (index >= count || landed.current === lines) return;
    landed.current = lines;
    go(index);
  });
}

/** Keeps what comes waiting until somebody wants it; from then on all of it comes. */
function useHold() {
  const [held, setHeld] = useState(false);
  const waiting = useRef<() => void>(undefined);
  const free = useRef(false);
  const hold = useCallback((): Promise<void> => {
    if (free.current) return breath();
    setHeld(true);
    return new Promise((done) => {
      waiting.current = done;
    });
  }, []);
  const goOn = () => {
    free.current = true;
    setHeld(false);
    waiting.current?.();
  };
  return { held, hold, goOn };
}
