import { UnstyledButton } from "@mantine/core";
import { IconArrowBarToDown, IconArrowBarToUp, IconFold } from "@tabler/icons-react";
import { memo } from "react";

import { counted } from "@/shared/text/counts";

import { SideLine, UnifiedLine } from "./DiffLine";
import type { GapRow, Row } from "./rows";

import classes from "./Diff.module.css";

export type Unfold = (gap: GapRow, where: "above" | "below" | "all") => void;

interface DiffRowProps {
  row: Row;
  unfold: Unfold | undefined;
}

function Cells({ row, unfold }: DiffRowProps) {
  if (row.kind === "gap") return <Gap gap={row} unfold={unfold} />;
  if (row.kind === "line") return <UnifiedLine line={row.line} />;
  return (
    <>
      <SideLine line={row.left} number={row.left?.old} />
      <SideLine line={row.right} number={row.right?.new} />
    </>
  );
}

/** Cells of a row, which are drawn once: whichever `unfold` it was given does the same. */
export const DiffRow = memo(Cells, (last, next) => last.row === next.row && !last.unfold === !next.unfold);

/** More than this is unfolded in parts. */
export const PART = 20;

function Gap({ gap, unfold }: { gap: GapRow; unfold: Unfold | undefined }) {
  const { count, index } = gap;
  const said = count === undefined ? "more lines" : counted(count, "line");
  if (!unfold)
    return (
      <span role="cell" className={classes.gap}>
        {count !== undefined && `${said} the same`}
      </span>
    );
  const inParts = count === undefined || count > PART;
  return (
    <span role="cell" className={classes.gap}>
      {inParts && index > 0 && (
        <UnstyledButton className={classes.unfold} onClick={() => unfold(gap, "above")} aria-label="Show more above">
          <IconArrowBarToDown size={14} aria-hidden />
        </UnstyledButton>
      )}
      {inParts && count !== undefined && (
        <UnstyledButton className={classes.unfold} onClick={() => unfold(gap, "below")} aria-label="Show more below">
          <IconArrowBarToUp size={14} aria-hidden />
        </UnstyledButton>
      )}
      <UnstyledButton className={classes.unfold} onClick={() => unfold(gap, "all")}>
        <IconFold size={14} aria-hidden /> {count === undefined ? "Show the rest" : `Show ${said} that are the same`}
      </UnstyledButton>
    </span>
  );
}
