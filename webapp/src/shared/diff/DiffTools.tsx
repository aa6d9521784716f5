import { Button, Kbd, SegmentedControl, Switch } from "@mantine/core";
import { IconFold, IconList } from "@tabler/icons-react";

import { counted, whole } from "@/shared/text/counts";

import type { DiffLayout } from "./rows";
import type { LoadedDiff } from "./useDiffPages";
import type { FileStates } from "./useFileStates";

import classes from "./Diff.module.css";

interface DiffToolsProps {
  diff: Pick<LoadedDiff, "files" | "complete" | "head">;
  /** Undefined: there is nothing to tick. */
  states: FileStates | undefined;
  onFoldAll: (folded: boolean) => void;
  /** Undefined: there is room for one only. */
  layout: DiffLayout | undefined;
  onLayout: (layout: DiffLayout) => void;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  onList: (() => void) | undefined;
}

const KEYS = [
  ["n", "p", "changes"],
  ["]", "[", "files"],
  ["v", "w", "view, wrap"],
] as const;

/** How much differs, and how it is shown. */
export function DiffTools({ diff, states, onFoldAll, layout, onLayout, wrap, onWrap, onList }: DiffToolsProps) {
  const { files } = diff;
  const folded = states !== undefined && files.length > 0 && files.every((file) => states.isFolded(file));
  return (
    <div className={classes.tools}>
      <Totals diff={diff} states={states} />
      <span className={classes.fill} />
      {onList && (
        <Button variant="default" leftSection={<IconList size={14} aria-hidden />} onClick={onList}>
          Files
        </Button>
      )}
      {states && (
        <Button variant="default" leftSection={<IconFold size={14} aria-hidden />} onClick={() => onFoldAll(!folded)}>
          {folded ? "Unfold all" : "Fold all"}
        </Button>
      )}
      <Switch size="xs" label="Wrap" checked={wrap} onChange={(event) => onWrap(event.currentTarget.checked)} />
      {layout && (
        <SegmentedControl
          size="xs"
          aria-label="How it is shown"
          value={layout}
          onChange={(next) => onLayout(next as DiffLayout)}
          data={[
            { value: "split", label: "Split" },
            { value: "unified", label: "Unified" },
          ]}
        />
      )}
      <span className={`${classes.keys} ${classes.wide}`}>
        {KEYS.map(([one, two, does]) => (
          <span key={does}>
            <Kbd size="xs">{one}</Kbd> <Kbd size="xs">{two}</Kbd> {does}
          </span>
        ))}
      </span>
    </div>
  );
}

function Totals({ diff: { files, complete, head }, states }: Pick<DiffToolsProps, "diff" | "states">) {
  const [added, removed] = files.reduce(
    ([plus, minus], file) => [plus + file.linesAdded, minus + file.linesRemoved],
    [0, 0],
  );
  const total = head?.totalFiles ?? files.length;
  const viewed = states ? files.filter((file) => states.isViewed(file)).length : 0;
  const partly = files.length < total;
  return (
    <span role="status" className={classes.totals}>
      {partly ? `${whole(files.length)} of ${counted(total, "file")}` : counted(total, "file")} changed{" "}
      <span className={classes.plus}>+{whole(added)}</span> <span className={classes.minus}>−{whole(removed)}</span>
      {partly && complete && <span className={classes.dim}> · compare points that are closer to see the rest</span>}
      {viewed > 0 && <span className={classes.dim}> · {whole(viewed)} viewed</span>}
    </span>
  );
}
