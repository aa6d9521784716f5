import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";

import { stepOf } from "./tableKeys";

import classes from "./DataTable.module.css";

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** A track of CSS grid; by default what is left. */
  width?: string;
  /** 1 is always there, 2 not on phones, 3 on wide screens only. */
  priority?: 1 | 2 | 3;
  end?: boolean;
}

interface DataTableProps<Row> {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Asks for the next page, when the end comes near. */
  more?: (() => void) | undefined;
  rowHeight?: number;
}

const NEAR = 10;

/**
 * A list of any length: only the rows in view are there. Arrow keys, Home and End go from row to row; Enter follows
 * the row's first link. Columns drop out by their priority where there is no room.
 */
export function DataTable<Row>({ label, columns, rows, rowKey, more, rowHeight = 40 }: DataTableProps<Row>) {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [at, setAt] = useState(0);
  const pending = useRef<number | undefined>(undefined);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: top,
    getItemKey: (index) => rowKey(rows[index] as Row),
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (more && last >= rows.length - NEAR) more();
  }, [more, last, rows.length]);
  useEffect(() => {
    const row = body.current?.querySelector<HTMLElement>(`[data-index="${pending.current}"]`);
    if (!row) return;
    row.focus();
    pending.current = undefined;
  });

  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget.ownerDocument.activeElement) return;
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    if (event.key === "Enter" && event.target === row) return row?.querySelector<HTMLElement>("a, button")?.click();
    const next = stepOf(event.key, Math.min(at, rows.length - 1), rows.length);
    if (next === undefined || event.target !== row) return;
    event.preventDefault();
    pending.current = next;
    setAt(next);
    virtual.scrollToIndex(next);
  };

  const current = items.some((item) => item.index === at) ? at : (items[0]?.index ?? 0);
  return (
    <div
      role="table"
      aria-label={label}
      aria-rowcount={rows.length + 1}
      className={classes.table}
      style={tracks(columns)}
    >
      <div role="rowgroup">
        <div role="row" className={`${classes.row} ${classes.head}`} aria-rowindex={1}>
          {columns.map((column) => (
            <div key={column.key} role="columnheader" data-priority={column.priority ?? 1} data-end={column.end}>
              {column.header}
            </div>
          ))}
        </div>
      </div>
      <div
        role="rowgroup"
        ref={body}
        className={classes.body}
        style={{ height: virtual.getTotalSize() }}
        onKeyDown={move}
      >
        {items.map((item) => (
          <div
            key={item.key}
            role="row"
            aria-rowindex={item.index + 2}
            data-index={item.index}
            ref={virtual.measureElement}
            tabIndex={item.index === current ? 0 : -1}
            onFocus={() => setAt(item.index)}
            className={classes.row}
            style={{
              position: "absolute",
              top: 0,
              left: 0,
              right: 0,
              transform: `translateY(${item.start - top}px)`,
              minHeight: rowHeight,
            }}
          >
            {columns.map((column) => (
              <div key={column.key} role="cell" data-priority={column.priority ?? 1} data-end={column.end}>
                {column.cell(rows[item.index] as Row)}
              </div>
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The grid's columns on wide, middle and narrow screens. */
function tracks<Row>(columns: readonly Column<Row>[]): Record<string, string> {
  const upTo = (most: number) =>
    columns
      .filter((column) => (column.priority ?? 1) <= most)
      .map((column) => column.width ?? "minmax(0, 1fr)")
      .join(" ");
  return { "--wide": upTo(3), "--middle": upTo(2), "--narrow": upTo(1) };
}
