import { type RefObject, useMemo } from "react";

import { visibleText } from "@/shared/text/visible";
import { SafeText } from "@/shared/ui/SafeText";

import { DiffRows } from "./DiffRows";
import type { FileChangeFragment } from "./FileChange.generated";
import { FileHead } from "./FileHead";
import { HEAD_PX } from "./geometry";
import { notesIn, rowsIn } from "./layoutOf";
import type { DiffLayout } from "./rows";
import type { FileStates } from "./useFileStates";

import classes from "./Diff.module.css";

interface DiffFileProps {
  file: FileChangeFragment;
  states: FileStates;
  layout: DiffLayout;
  columns: number | undefined;
  scroller: RefObject<HTMLDivElement | null>;
  /** How far below the scroller's beginning it begins. */
  top: number;
  /** The row of it that was gone to. */
  current: number | undefined;
  ticks: boolean;
  /** Where the file is as it was afterwards. */
  address: string | undefined;
}

/** A file's head and its changes. */
export function DiffFile({ file, states, layout, columns, scroller, top, current, ticks, address }: DiffFileProps) {
  const state = states.stateOf(file);
  const folded = states.isFolded(file);
  const rows = useMemo(() => (folded ? [] : rowsIn(file, layout, state)), [file, layout, state, folded]);
  return (
    <>
      <FileHead
        file={file}
        folded={folded}
        onFold={() => states.fold(file, !folded)}
        viewed={states.isViewed(file)}
        onViewed={ticks ? (on) => states.view(file, on) : undefined}
        address={address}
      />
      {!folded && (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- long lines are scrolled by keys
        <div className={classes.body} tabIndex={columns === undefined ? 0 : undefined}>
          {rows.length > 0 && (
            <DiffRows
              label={`Changes of ${visibleText(file.path)}`}
              rows={rows}
              layout={layout}
              columns={columns}
              scroller={scroller}
              top={top + HEAD_PX}
              unfold={states.unfold?.(file)}
              current={current}
            />
          )}
          {notesIn(file, state).map((note) => (
            <div key={note} className={classes.note}>
              <SafeText text={note} />
            </div>
          ))}
        </div>
      )}
    </>
  );
}
