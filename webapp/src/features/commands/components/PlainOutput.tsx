import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";

import { SafeText } from "@/shared/ui/SafeText";

import type { CommandShownFragment } from "../api/CommandShown.generated";
import { Lines } from "../lines";
import type { OutputSink } from "../run";
import { type Start, useOutput } from "../useOutput";
import { FindBar } from "./FindBar";
import type { Shown } from "./OutputFoot";

import classes from "./Output.module.css";

interface PlainOutputProps {
  command: CommandShownFragment;
  start: Start;
  bar: ReactNode;
  foot: (shown: Shown) => ReactNode;
}

const LINE_PX = 18;

/** Lets the page do something else in between. */
const breath = (): Promise<void> => new Promise((done) => setTimeout(done, 0));

/** Output as text: of any length, without colours, read by screen readers line by line. */
export function PlainOutput({ command, start, bar, foot }: PlainOutputProps) {
  const lines = useMemo(() => new Lines(), [start.run]); // oxlint-disable-line react/exhaustive-deps -- another run begins anew
  const sink = useMemo<OutputSink>(
    () => ({
      write: (data, error) => {
        lines.print(data, error);
        return breath();
      },
      note: (text) => lines.note(text),
    }),
    [lines],
  );
  const { state, progress, asRecorded } = useOutput(command, start, sink);
  const field = useRef<HTMLInputElement>(null);
  const [at, setAt] = useState(-1);
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  useEnd(scroller);

  const find = (text: string, back: boolean) => {
    const found = lines.found(text);
    const next = back
      ? (found.findLast((each) => each < at) ?? found.at(-1))
      : (found.find((each) => each > at) ?? found[0]);
    if (next === undefined) return false;
    setAt(next);
    virtual.scrollToIndex(next, { align: "center" });
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
                data-found={item.index === at}
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
      <div className={classes.foot}>{foot({ state, progress, asRecorded })}</div>
    </div>
  );
}

const NEAR_PX = 40;

/** Stays at the end while one looks at it. */
function useEnd(scroller: RefObject<HTMLDivElement | null>): void {
  const atEnd = useRef(true);
  useEffect(() => {
    const element = scroller.current;
    const look = () => {
      if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
    };
    element?.addEventListener("scroll", look, { passive: true });
    return () => element?.removeEventListener("scroll", look);
  }, [scroller]);
  useLayoutEffect(() => {
    if (atEnd.current) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  });
}
