import { ActionIcon, Group, Tooltip } from "@mantine/core";
import { IconArrowsLeftRight } from "@tabler/icons-react";

import type { Point } from "../points";
import { PointPicker } from "./PointPicker";

import classes from "./Points.module.css";

interface PointsProps {
  points: readonly Point[];
  from: string | undefined;
  to: string | undefined;
  /** The session goes on: its newest point is now. */
  open: boolean;
  /** Names of the first and the newest tree, for when they are changed over. */
  ends: { first: string; newest: string } | undefined;
  onChange: (ends: { from: string | undefined; to: string | undefined }) => void;
}

/** The two points that are compared. */
export function Points({ points, from, to, open, ends, onChange }: PointsProps) {
  return (
    <Group gap="xs" align="flex-end">
      <div className={classes.point}>
        <PointPicker
          label="From"
          points={points}
          value={from}
          usual="What it started with"
          onChange={(next) => onChange({ from: next, to })}
        />
      </div>
      <Tooltip label="Change them over">
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Change them over"
          disabled={!ends}
          onClick={() => ends && onChange({ from: to ?? ends.newest, to: from ?? ends.first })}
        >
          <IconArrowsLeftRight size={14} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <div className={classes.point}>
        <PointPicker
          label="To"
          points={points}
          value={to}
          usual={open ? "Now" : "The end"}
          onChange={(next) => onChange({ from, to: next })}
        />
      </div>
    </Group>
  );
}
