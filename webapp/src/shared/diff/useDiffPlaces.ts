import type { Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useRef, useState } from "react";

import type { FileChangeFragment } from "./FileChange.generated";
import { HEAD_PX } from "./geometry";
import { bodyPx } from "./layoutOf";
import { changeFrom, type Place } from "./places";
import type { Row } from "./rows";

interface DiffPlaces {
  files: readonly FileChangeFragment[];
  rowsOf: (file: FileChangeFragment) => readonly Row[];
  columns: number | undefined;
  scroller: RefObject<HTMLDivElement | null>;
  virtual: Virtualizer<HTMLDivElement, Element>;
}

/** What stays in view above a change that was gone to. */
const ABOVE_PX = 100;

/** Where one is among the changes, and ways to others. */
export function useDiffPlaces({ files, rowsOf, columns, scroller, virtual }: DiffPlaces) {
  const [current, setCurrent] = useState<{ path: string; row: number | undefined }>();
  /** Where was gone to, until it is scrolled otherwise. */
  const gone = useRef<Place | undefined>(undefined);

  const go = (place: Place) => {
    const file = files[place.file];
    if (!file) return;
    const start = virtual.getOffsetForIndex(place.file, "start")?.[0] ?? 0;
    const within = place.row === undefined ? 0 : HEAD_PX + bodyPx(rowsOf(file).slice(0, place.row), columns) - ABOVE_PX;
    scroller.current?.scrollTo({ top: start + Math.max(0, within) });
    gone.current = place;
    setCurrent({ path: file.path, row: place.row });
  };
  const here = (): Place => {
    if (gone.current) return gone.current;
    const top = scroller.current?.scrollTop ?? 0;
    const item = virtual.getVirtualItemForOffset(top + HEAD_PX);
    const file = item && files[item.index];
    if (!item || !file) return { file: 0, row: undefined };
    let [row, px] = [-1, item.start];
    for (const each of rowsOf(file)) {
      if (px > top) break;
      px += bodyPx([each], columns);
      row += 1;
    }
    return { file: item.index, row: row < 0 ? undefined : row };
  };
  const toChange = (step: 1 | -1) => {
    const found = changeFrom(files, rowsOf, here(), step);
    if (found) go(found);
  };
  const toFile = (step: 1 | -1) => {
    const { file, row } = here();
    const back = step === -1 && row !== undefined;
    go({ file: Math.max(0, Math.min(files.length - 1, back ? file : file + step)), row: undefined });
  };
  return { current, go, toChange, toFile, scrolled: () => (gone.current = undefined) };
}

/** Goes to the file that the address names, once it is there. */
export function useFileAt(
  at: string | undefined,
  files: readonly FileChangeFragment[],
  go: (place: Place) => void,
): void {
  const done = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (done.current === at) return;
    const file = files.findIndex((each) => each.path === at);
    if (at !== undefined && file < 0) return;
    done.current = at;
    if (file >= 0) go({ file, row: undefined });
  });
}
