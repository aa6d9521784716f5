import { useVirtualizer } from "@tanstack/react-virtual";
import { type CSSProperties, type RefObject, useCallback, useEffect, useRef } from "react";

import { adjustOnly } from "./adjustOnly";
import { DiffRow, type Unfold } from "./DiffRow";
import { longest, rowPx } from "./geometry";
import type { DiffLayout, Row } from "./rows";

import classes from "./Diff.module.css";

interface DiffRowsProps {
  label: string;
  rows: readonly Row[];
  layout: DiffLayout;
  /** Undefined: lines are not wrapped. */
  columns: number | undefined;
  scroller: RefObject<HTMLDivElement | null>;
  /** How far below the scroller's beginning they begin. */
  top: number;
  unfold: Unfold | undefined;
  /** The row that was gone to. */
  current: number | undefined;
}

/** Fewer than this are all there. */
const FEW = 100;

/** A file's lines. */
export function DiffRows(props: DiffRowsProps) {
  const { rows, layout, columns, label } = props;
  const wide = columns ? undefined : ({ "--longest": `${longest(rows) + 3}ch` } as CSSProperties);
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length}
      className={classes.rows}
      data-layout={layout}
      data-wrap={columns !== undefined}
      style={wide}
    >
      {rows.length <= FEW ? <All {...props} /> : <InView key={`${layout}${columns === undefined}`} {...props} />}
    </div>
  );
}

function All({ rows, unfold, current }: DiffRowsProps) {
  const body = useCurrent(current);
  return (
    <div role="rowgroup" ref={body}>
      {rows.map((row, index) => (
        <div
          key={keyOf(row)}
          role="row"
          data-row={index}
          tabIndex={-1}
          className={classes.row}
          aria-rowindex={index + 1}
          data-gap={row.kind === "gap" || undefined}
          data-current={isCurrent(rows, current, index)}
        >
          <DiffRow row={row} unfold={unfold} />
        </div>
      ))}
    </div>
  );
}

function InView({ rows, columns, scroller, top, unfold, current }: DiffRowsProps) {
  const body = useCurrent(current);
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => rowPx(rows[index] as Row, columns),
    getItemKey: useCallback((index: number) => keyOf(rows[index] as Row), [rows]),
    scrollMargin: top,
    initialOffset: () => scroller.current?.scrollTop ?? 0,
    overscan: 15,
    scrollToFn: adjustOnly,
  });
  useEffect(() => virtual.measure(), [virtual, columns]);
  return (
    <div role="rowgroup" ref={body} style={{ height: virtual.getTotalSize(), position: "relative" }}>
      {virtual.getVirtualItems().map((item) => (
        <div
          key={item.key}
          role="row"
          ref={columns ? (element) => virtual.measureElement(element) : undefined}
          data-index={item.index}
          data-row={item.index}
          tabIndex={-1}
          className={classes.row}
          aria-rowindex={item.index + 1}
          data-gap={rows[item.index]?.kind === "gap" || undefined}
          data-current={isCurrent(rows, current, item.index)}
          style={{ position: "absolute", top: 0, insetInline: 0, transform: `translateY(${item.start - top}px)` }}
        >
          <DiffRow row={rows[item.index] as Row} unfold={unfold} />
        </div>
      ))}
    </div>
  );
}

const keyOf = (row: Row): string => {
  if (row.kind === "gap") return `gap ${row.index}`;
  if (row.kind === "line") return `${row.line.old} ${row.line.new}`;
  return `${row.left?.old} ${row.right?.new}`;
};

const changeAt = (rows: readonly Row[], index: number): number | undefined => {
  const row = rows[index];
  return row && row.kind !== "gap" ? row.change : undefined;
};

function isCurrent(rows: readonly Row[], current: number | undefined, index: number): true | undefined {
  if (current === undefined) return undefined;
  const change = changeAt(rows, current);
  return change !== undefined && changeAt(rows, index) === change ? true : undefined;
}

/** Puts the row that was gone to where it can be read, once it is there. */
function useCurrent(current: number | undefined) {
  const body = useRef<HTMLDivElement>(null);
  const done = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (done.current === current) return;
    const row = body.current?.querySelector<HTMLElement>(`[data-row="${current}"]`);
    if (!row && current !== undefined) return;
    done.current = current;
    row?.scrollIntoView({ block: "nearest" });
    row?.focus({ preventScroll: true });
  });
  return body;
}
