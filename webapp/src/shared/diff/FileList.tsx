import { TextInput, UnstyledButton } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useRef } from "react";

import { visibleText } from "@/shared/text/visible";
import { SafeText } from "@/shared/ui/SafeText";
import { stepOf } from "@/shared/ui/tableKeys";

import type { FileChangeFragment } from "./FileChange.generated";
import { Counts, FileMark } from "./FileHead";

import classes from "./Diff.module.css";

interface FileListProps {
  files: readonly FileChangeFragment[];
  filter: string;
  onFilter: (filter: string) => void;
  current: string | undefined;
  isViewed: (file: FileChangeFragment) => boolean;
  onOpen: (file: FileChangeFragment) => void;
}

const ENTRY_PX = 30;

/** The files that differ, to go to them. */
export function FileList({ files, filter, onFilter, current, isViewed, onOpen }: FileListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const wanted = useRef<number | undefined>(undefined);
  const virtual = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ENTRY_PX,
    overscan: 8,
  });
  const at = files.findIndex((file) => file.path === current);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at);
  }, [virtual, at]);
  useEffect(() => {
    const entry = scroller.current?.querySelector<HTMLElement>(`[data-index="${wanted.current}"]`);
    if (!entry) return;
    entry.focus({ preventScroll: true });
    wanted.current = undefined;
  });
  const move = (event: KeyboardEvent<HTMLDivElement>) => {
    const from = Number((event.target as HTMLElement).dataset.index);
    const next = stepOf(event.key, from, files.length);
    if (Number.isNaN(from) || next === undefined) return;
    event.preventDefault();
    wanted.current = next;
    virtual.scrollToIndex(next);
  };
  const items = virtual.getVirtualItems();
  const tabbed = items.some((item) => item.index === at) ? at : (items[0]?.index ?? 0);
  return (
    <div className={classes.side}>
      <TextInput
        size="xs"
        aria-label="Filter the files"
        placeholder="Filter the files"
        leftSection={<IconFilter size={14} aria-hidden />}
        value={filter}
        onChange={(event) => onFilter(event.currentTarget.value)}
      />
      <nav aria-label="Files that differ" ref={scroller} className={`${classes.files} ${classes.panel}`}>
        {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- its entries are focused */}
        <div style={{ height: virtual.getTotalSize(), position: "relative" }} onKeyDown={move}>
          {items.map((item) => {
            const file = files[item.index] as FileChangeFragment;
            const folderEnd = file.path.lastIndexOf("/");
            return (
              <UnstyledButton
                key={file.path}
                data-index={item.index}
                tabIndex={item.index === tabbed ? 0 : -1}
                className={classes.entry}
                aria-current={item.index === at}
                data-viewed={isViewed(file)}
                title={visibleText(file.path)}
                style={{ transform: `translateY(${item.start}px)` }}
                onClick={() => onOpen(file)}
              >
                <FileMark file={file} />
                <span className={classes.short}>
                  <SafeText text={file.path.slice(folderEnd + 1)} />
                </span>
                <span className={classes.folder}>
                  <SafeText text={file.path.slice(0, Math.max(folderEnd, 0))} />
                </span>
                <Counts file={file} />
              </UnstyledButton>
            );
          })}
        </div>
      </nav>
    </div>
  );
}
