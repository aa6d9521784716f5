import { Anchor } from "@mantine/core";

import { sessionAddress, taskAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { SafeText } from "@/shared/ui/SafeText";

import type { Board } from "../board";
import { groupLabel, type Point } from "../points";
import { FILTERS } from "../search";

/** The name of a group, which goes to the thing where that has a page, and else narrows the page to it. */
export function GroupName({ group, board }: { group: Point["group"]; board: Board }) {
  const text = <SafeText text={groupLabel(group)} />;
  const [only] = group;
  if (!only || group.length > 1) return text;
  const { dimension, value, label } = only;
  if (dimension === "SESSION" && value)
    return (
      <HrefLink fz="inherit" href={sessionAddress(board.project.slug, value)}>
        {text}
      </HrefLink>
    );
  const number = /^T-(\d+)$/.exec(label ?? "")?.[1];
  if (dimension === "TASK" && number)
    return (
      <HrefLink fz="inherit" href={taskAddress(board.project.slug, Number(number))}>
        {text}
      </HrefLink>
    );
  const name = FILTERS.find((each) => each.toUpperCase() === dimension);
  if (!name || board.search[name]?.includes(value)) return text;
  return (
    <Anchor component="button" fz="inherit" title="Only this" onClick={() => board.go({ [name]: [value] })}>
      {text}
    </Anchor>
  );
}
