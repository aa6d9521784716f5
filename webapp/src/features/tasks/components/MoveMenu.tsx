import { Menu, UnstyledButton } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";

import { visibleText } from "@/shared/text/visible";

import type { ColumnKey } from "../board/columns";

import classes from "./TaskCard.module.css";

export interface Target {
  readonly key: ColumnKey;
  readonly name: string;
}

interface MoveMenuProps {
  reference: string;
  targets: readonly Target[];
  from: ColumnKey;
  opened: boolean;
  onOpened: (opened: boolean) => void;
  onMove: (to: ColumnKey) => void;
}

/** By default a key counts, too: the one that has opened it would close it. */
const POINTER = ["mousedown", "touchstart"];

/** Ways for a card. It is made when it is opened: boards have many cards. */
export function MoveMenu({ reference, targets, from, opened, onOpened, onMove }: MoveMenuProps) {
  const button = (
    <UnstyledButton
      className={classes.more}
      tabIndex={-1}
      aria-label={`Move ${reference} to …`}
      aria-haspopup="menu"
      onClick={() => onOpened(!opened)}
    >
      <IconDots size={14} aria-hidden />
    </UnstyledButton>
  );
  if (!opened) return button;
  return (
    <Menu opened onChange={onOpened} position="bottom-end" clickOutsideEvents={POINTER}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown aria-label={`Move ${reference} to`}>
        <Menu.Label>Move {reference} to</Menu.Label>
        {targets.map(({ key, name }) => (
          <Menu.Item key={String(key)} disabled={key === from} onClick={() => onMove(key)}>
            {visibleText(name)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
