import {
  type Icon,
  IconChevronDown,
  IconChevronRight,
  IconDots,
  IconFile,
  IconFileSymlink,
  IconFolder,
  IconFolderOpen,
  IconPackage,
} from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

import type { FileKind, FileStatus } from "@/shared/graphql/schema.generated";
import { whole } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { SafeText } from "@/shared/ui/SafeText";

import { type Row, rowsOf, stepFrom } from "../tree/rows";
import type { useTree } from "../tree/useTree";
import type { Changed } from "../useChanged";

import classes from "./Files.module.css";

interface FileTreeProps {
  tree: ReturnType<typeof useTree>;
  changed: Changed;
  chosen: string | undefined;
  onFile: (path: string) => void;
}

const ROW_PX = 28;
const STEP_PX = 14;
const MOST_LEVELS = 12;

/** Folders and files, as many as there are: the ARIA tree pattern, with the focus on the tree itself. */
export function FileTree({ tree, changed, chosen, onFile }: FileTreeProps) {
  const rows = rowsOf(tree.folders, tree.open);
  const [at, setAt] = useState<string>();
  const id = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
  });
  const found = rows.findIndex((row) => keyOf(row) === (at ?? chosen));
  const current = Math.max(found, 0);
  const shownAt = useRef<string>(undefined);
  useEffect(() => {
    if (!chosen || shownAt.current === chosen || found < 0) return;
    shownAt.current = chosen;
    virtual.scrollToIndex(found, { align: "auto" });
  }, [chosen, found, virtual]);

  const items = virtual.getVirtualItems();

  const act = (row: Row | undefined) => {
    if (!row) return;
    setAt(keyOf(row));
    if (row.is === "more") tree.more(row.folder);
    if (row.is !== "entry") return;
    if (row.open === undefined) onFile(row.entry.path);
    else tree.toggle(row.entry.path, !row.open);
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    const row = rows[current];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      return act(row);
    }
    const step = stepFrom(rows, current, event.key);
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    if (typeof step === "string") return row?.is === "entry" ? tree.toggle(row.entry.path, step === "open") : undefined;
    setAt(keyOf(rows[step]));
    virtual.scrollToIndex(step);
  };

  return (
    <div
      ref={scroller}
      className={classes.tree}
      role="tree"
      aria-label="Files"
      tabIndex={0}
      aria-activedescendant={items.some(({ index }) => index === current) ? `${id}-${current}` : undefined}
      onKeyDown={onKey}
    >
      <div role="presentation" style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {items.map((item) => {
          const row = rows[item.index] as Row;
          return (
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the tree has the keys
            <div
              key={keyOf(row)}
              id={`${id}-${item.index}`}
              role="treeitem"
              aria-level={row.level}
              aria-posinset={row.place}
              aria-setsize={row.of}
              aria-expanded={row.is === "entry" ? row.open : undefined}
              aria-selected={row.is === "entry" && row.entry.path === chosen}
              tabIndex={-1}
              data-at={item.index === current}
              className={classes.row}
              style={{
                transform: `translateY(${item.start}px)`,
                paddingInlineStart: 8 + Math.min(row.level - 1, MOST_LEVELS) * STEP_PX,
              }}
              onClick={() => act(row)}
            >
              <Line row={row} changed={changed} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

const keyOf = (row: Row | undefined): string | undefined =>
  row && (row.is === "entry" ? row.entry.path : `${row.is} ${row.folder}/`);

const MARKS: Record<FileStatus, string> = {
  ADDED: "A",
  MODIFIED: "M",
  DELETED: "D",
  RENAMED: "R",
  TYPE_CHANGED: "T",
  MODE_CHANGED: "X",
};

const SHAPES: Record<FileKind, Icon> = {
  FILE: IconFile,
  EXECUTABLE: IconFile,
  FOLDER: IconFolder,
  LINK: IconFileSymlink,
  SUBMODULE: IconPackage,
};

function Line({ row, changed }: { row: Row; changed: Changed }) {
  if (row.is === "waiting") return <span className={classes.name}>…</span>;
  if (row.is === "more")
    return (
      <>
        <IconDots size={16} aria-hidden />
        <span className={classes.name}>{whole(row.rest)} more</span>
      </>
    );
  const { entry, open } = row;
  const status = changed.files.get(entry.path);
  const inside = open !== undefined && changed.folders.has(entry.path);
  const Shape = open ? IconFolderOpen : SHAPES[entry.kind];
  const Arrow = open ? IconChevronDown : IconChevronRight;
  return (
    <>
      {open === undefined ? <span style={{ width: 14 }} /> : <Arrow size={14} aria-hidden />}
      <Shape size={16} stroke={1.6} aria-hidden />
      <span className={classes.name} title={visibleText(entry.name)}>
        <SafeText text={entry.name} />
      </span>
      {(status ?? inside) && (
        <span
          className={classes.mark}
          data-status={status}
          title={status ? status.toLowerCase().replace("_", " ") : "something in it is changed"}
        >
          {status ? MARKS[status] : "•"}
        </span>
      )}
    </>
  );
}
