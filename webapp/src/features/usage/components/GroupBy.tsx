import { Select } from "@mantine/core";

import type { UsageDimension } from "@/shared/graphql/schema.generated";

import type { Board } from "../board";
import { DIMENSIONS, dimensionName } from "../terms";

interface GroupByProps {
  board: Board;
  usual: UsageDimension;
  /** Where an outcome says nothing, it is left out. */
  among?: readonly UsageDimension[];
}

/** What is told apart. */
export function GroupBy({ board, usual, among = DIMENSIONS }: GroupByProps) {
  return (
    <Select
      size="xs"
      w="9rem"
      aria-label="Told apart by"
      allowDeselect={false}
      data={among.map((each) => ({ value: each, label: `by ${dimensionName(each).toLowerCase()}` }))}
      value={board.search.by?.[0] ?? usual}
      onChange={(value) => {
        const by = DIMENSIONS.find((each) => each === value);
        board.go({ by: by && by !== usual ? [by] : undefined });
      }}
    />
  );
}
