import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

import type { Lines } from "./lines";

export const LINE_PX = 18;
const NEAR_PX = 40;
/** What somebody does who scrolls himself. */
const SCROLLING = ["wheel", "pointerdown", "touchmove", "keydown"] as const;

/** Stays where one is while lines come and older ones are let go: at the end, at the line one was led to until one
 * scrolls away from it, or else at the lines one looks at. Returns what leads to a line.
 */
export function useStanding(
  scroller: RefObject<HTMLDivElement | null>,
  virtual: Virtualizer<HTMLDivElement, Element>,
  lines: Lines,
  fromEnd: boolean,
): (index: number) => void {
  const atEnd = useRef(fromEnd);
  const ledTo = useRef<number>(undefined);
  const before = useRef({ items: virtual.measurementsCache, gone: lines.gone });

  useEffect(() => {
    const element = scroller.current;
    const look = () => {
      const below = element ? element.scrollHeight - element.scrollTop - element.clientHeight : 0;
      atEnd.current = ledTo.current === undefined && below < NEAR_PX;
    };
    const free = () => {
      ledTo.current = undefined;
    };
    // captured: known before the lines of there are drawn, which would lead back to the end
    element?.addEventListener("scroll", look, { passive: true, capture: true });
    for (const kind of SCROLLING) element?.addEventListener(kind, free, { passive: true });
    return () => {
      element?.removeEventListener("scroll", look, { capture: true });
      for (const kind of SCROLLING) element?.removeEventListener(kind, free);
    };
  }, [scroller]);

  /** Again where it is not: its place moves with what is let go before it, and is an estimate until it is drawn. */
  const show = (index: number) => {
    const [element, item] = [scroller.current, virtual.measurementsCache[index]];
    if (!element || !item) return;
    const isSeen = item.start >= element.scrollTop && item.end <= element.scrollTop + element.clientHeight;
    if (!isSeen) virtual.scrollToIndex(index, { align: "center" });
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    const dropped = lines.gone - before.current.gone;
    const height = before.current.items[dropped]?.start ?? dropped * LINE_PX;
    before.current = { items: virtual.measurementsCache, gone: lines.gone };
    if (!element) return;
    if (atEnd.current) element.scrollTo({ top: element.scrollHeight });
    else if (ledTo.current !== undefined) show(ledTo.current - lines.gone - 1);
    else if (dropped > 0) element.scrollBy({ top: -height });
  });

  return (index) => {
    atEnd.current = false;
    ledTo.current = lines.at(index)?.number;
    virtual.scrollToIndex(index, { align: "center" });
  };
}
