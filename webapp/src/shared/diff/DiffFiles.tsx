import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useCallback, useEffect } from "react";

import { usePageKeys } from "@/shared/keyboard/usePageKeys";

import { adjustOnly } from "./adjustOnly";
import { DiffFile } from "./DiffFile";
import type { FileChangeFragment } from "./FileChange.generated";
import { filePx, rowsIn } from "./layoutOf";
import type { DiffLayout } from "./rows";
import { useDiffPlaces, useFileAt } from "./useDiffPlaces";
import type { FileStates } from "./useFileStates";

import classes from "./Diff.module.css";

interface DiffFilesProps {
  label: string;
  files: readonly FileChangeFragment[];
  states: FileStates;
  layout: DiffLayout;
  columns: number | undefined;
  scroller: RefObject<HTMLDivElement | null>;
  at: string | undefined;
  ticks: boolean;
  addressOf: ((file: FileChangeFragment) => string | undefined) | undefined;
}

const OVERSCAN = 2;

/** All files and their changes, of which those in view are there. */
export function DiffFiles(props: DiffFilesProps) {
  const { label, files, states, layout, columns, scroller, at, ticks, addressOf } = props;
  const virtual = useVirtualizer<HTMLDivElement, Element>({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => {
      const file = files[index] as FileChangeFragment;
      return filePx(file, states.isFolded(file), states.stateOf(file), layout, columns);
    },
    getItemKey: useCallback((index: number) => files[index]?.path ?? index, [files]),
    overscan: OVERSCAN,
    scrollToFn: adjustOnly,
  });
  // what grows within the view pushes down what is below it
  virtual.shouldAdjustScrollPositionOnItemSizeChange = (item, _delta, { scrollOffset }) =>
    item.end <= (scrollOffset ?? 0);
  useEffect(() => virtual.measure(), [virtual, layout, columns, states.version]);
  const rowsOf = (file: FileChangeFragment) =>
    states.isFolded(file) ? [] : rowsIn(file, layout, states.stateOf(file));
  const { current, go, toChange, toFile, scrolled } = useDiffPlaces({ files, rowsOf, columns, scroller, virtual });
  useFileAt(at, files, go);
  usePageKeys({
    n: () => toChange(1),
    p: () => toChange(-1),
    "]": () => toFile(1),
    "[": () => toFile(-1),
  });
  return (
    <div
      onWheel={scrolled}
      onTouchMove={scrolled}
      onPointerDown={scrolled}
      role="feed"
      aria-label={label}
      style={{ height: virtual.getTotalSize(), position: "relative" }}
    >
      {virtual.getVirtualItems().map((item) => {
        const file = files[item.index] as FileChangeFragment;
        const ours = current?.path === file.path;
        return (
          <article
            key={file.path}
            aria-posinset={item.index + 1}
            aria-setsize={files.length}
            aria-label={file.path}
            ref={(element) => virtual.measureElement(element)}
            data-index={item.index}
            data-folded={states.isFolded(file)}
            data-current={ours || undefined}
            className={classes.file}
            // a transform would not be seen by what sticks within it
            style={{ top: item.start }}
          >
            <DiffFile
              file={file}
              states={states}
              layout={layout}
              columns={columns}
              scroller={scroller}
              top={item.start}
              current={ours ? current.row : undefined}
              ticks={ticks}
              address={addressOf?.(file)}
            />
          </article>
        );
      })}
    </div>
  );
}
