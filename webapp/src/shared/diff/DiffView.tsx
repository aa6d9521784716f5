import { Drawer } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useRef, useState } from "react";

import { usePageKeys } from "@/shared/keyboard/usePageKeys";

import { DiffFiles } from "./DiffFiles";
import { DiffTools } from "./DiffTools";
import type { FileChangeFragment } from "./FileChange.generated";
import { FileList } from "./FileList";
import { columnsOf, LEAST_SPLIT_PX } from "./geometry";
import type { DiffLayout } from "./rows";
import { useTaste } from "./taste";
import type { LoadedDiff } from "./useDiffPages";
import { type LinesAfter, useFileStates } from "./useFileStates";

import classes from "./Diff.module.css";

interface DiffViewProps {
  /** What is compared, for screen readers. */
  label: string;
  diff: Pick<LoadedDiff, "files" | "complete" | "head">;
  /** That the address names; by default as this browser's user likes it. Too narrow for two sides is unified. */
  layout?: DiffLayout | undefined;
  onLayout?: ((layout: DiffLayout) => void) | undefined;
  /** The file to begin at, and one that was gone to. */
  at?: string | undefined;
  onAt?: ((path: string) => void) | undefined;
  /** Whose ticks, and in what; without, none can be made. */
  scope?: string | undefined;
  /** Gives what lies between the changes. */
  linesAfter?: LinesAfter | undefined;
  /** Where a file is as it was afterwards. */
  addressOf?: ((file: FileChangeFragment) => string | undefined) | undefined;
}

/** A diff of any size, on its own scroller. */
export function DiffView({ label, diff, at, onAt, scope, linesAfter, addressOf, ...asked }: DiffViewProps) {
  const [taste, like] = useTaste();
  const [filter, setFilter] = useState("");
  const [listed, setListed] = useState(false);
  const scroller = useRef<HTMLDivElement>(null);
  const { ref: sized, width } = useElementSize<HTMLDivElement>();
  const states = useFileStates(scope, linesAfter);

  const wanted = asked.layout ?? taste.layout;
  const narrow = width < LEAST_SPLIT_PX;
  const layout = narrow ? "unified" : wanted;
  const columns = taste.wrap ? columnsOf(width, layout) : undefined;
  const choose = (next: DiffLayout) => {
    like({ layout: next });
    asked.onLayout?.(next);
  };
  usePageKeys({
    v: () => !narrow && choose(layout === "split" ? "unified" : "split"),
    w: () => like({ wrap: !taste.wrap }),
  });

  const sought = filter.trim().toLowerCase();
  const files = sought ? diff.files.filter((file) => file.path.toLowerCase().includes(sought)) : diff.files;
  const list = (
    <FileList
      files={files}
      filter={filter}
      onFilter={setFilter}
      current={at}
      isViewed={states.isViewed}
      onOpen={(file) => {
        setListed(false);
        onAt?.(file.path);
      }}
    />
  );
  const phone = width > 0 && narrow;
  const alone = phone || diff.files.length < 2;
  return (
    <div>
      <DiffTools
        diff={diff}
        states={scope === undefined ? undefined : states}
        onFoldAll={(folded) => states.foldAll(files, folded)}
        layout={narrow ? undefined : layout}
        onLayout={choose}
        wrap={taste.wrap}
        onWrap={(wrap) => like({ wrap })}
        onList={phone && diff.files.length > 1 ? () => setListed(true) : undefined}
      />
      <div className={classes.around} data-alone={alone}>
        {!alone && list}
        <div
          ref={useMergedRef(scroller, sized)}
          className={classes.scroller}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it is scrolled by keys
          tabIndex={0}
          role="region"
          aria-label={label}
        >
          {width > 0 && (
            <DiffFiles
              label={label}
              files={files}
              states={states}
              layout={layout}
              columns={columns}
              scroller={scroller}
              at={at}
              ticks={scope !== undefined}
              addressOf={addressOf}
            />
          )}
        </div>
      </div>
      <Drawer opened={listed} onClose={() => setListed(false)} title="Files that differ" size="90%">
        <div className={classes.drawer}>{list}</div>
      </Drawer>
    </div>
  );
}
