import { VisuallyHidden } from "@mantine/core";
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import type { TaskGrouping } from "@/shared/graphql/schema.generated";
import { taskAddress } from "@/shared/routing/addresses";

import type { Card, Column, ColumnKey } from "../board/columns";
import { moveOf } from "../board/moves";
import { type Place, stepFrom } from "../board/steps";
import type { LiveTasks } from "../board/useTasks";
import { columnName } from "../names";
import type { Moves } from "../useMoves";
import { BoardColumn } from "./BoardColumn";
import type { Target } from "./MoveMenu";
import { TaskCard } from "./TaskCard";

import classes from "./Board.module.css";

interface BoardProps {
  slug: string;
  columns: readonly Column[];
  grouping: TaskGrouping;
  mayMove: boolean;
  /** Whom a task can be given to, whether they have one already or not. */
  people: readonly string[];
  tasks: Pick<LiveTasks, "seen" | "more">;
  moves: Moves;
}

/** Tasks in columns. Arrow keys go from card to card, `m` moves one, Enter opens it. */
export function Board({ slug, columns, grouping, mayMove, people, tasks, moves }: BoardProps) {
  const { focused, onFocus, focus } = useFocusedCard(columns);
  const [menu, setMenu] = useState<string>();
  const place = placeOf(columns, focused) ?? firstPlace(columns);
  const current = place && columns[place[0]]?.cards[place[1]]?.id;

  const move = (card: Card, from: ColumnKey, to: ColumnKey) => {
    setMenu(undefined);
    focus(card.id);
    moves.start(moveOf(card, grouping, from, to));
  };
  // cards are drawn anew where something of them changed, and not with each board
  const acting = useRef({ move, focus, menu });
  useEffect(() => {
    acting.current = { move, focus, menu };
  });
  const onMove = useCallback((card: Card, from: ColumnKey, to: ColumnKey) => acting.current.move(card, from, to), []);
  const onMenu = useCallback((id: string | undefined) => {
    if (!id) acting.current.focus(acting.current.menu);
    setMenu(id);
  }, []);

  const pressed = (event: KeyboardEvent<HTMLDivElement>) => {
    const id = (event.target as HTMLElement).dataset.card;
    if (!id || !place || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "m" && mayMove) {
      event.preventDefault();
      return setMenu(id);
    }
    const counts = columns.map((column) => column.cards.length);
    const next = stepFrom(place, event.key, counts);
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    focus(columns[next[0]]?.cards[next[1]]?.id);
  };

  const targets: Target[] = targetsOf(columns, grouping, people);
  return (
    <div
      className={classes.board}
      role="group"
      aria-label="Board"
      aria-describedby="board-keys"
      onKeyDown={pressed}
      onFocus={onFocus}
    >
      <VisuallyHidden id="board-keys">
        Arrow keys go from card to card. Enter opens a card{mayMove ? ", m moves it" : ""}.
      </VisuallyHidden>
      {columns.map((column) => (
        <BoardColumn
          key={String(column.key)}
          column={column}
          grouping={grouping}
          more={() => tasks.more(column.key)}
          onDropped={(id, from) => {
            const card = columns.flatMap((each) => each.cards).find((each) => each.id === id);
            if (card) move(card, from, column.key);
          }}
        >
          {column.cards.map((card) => (
            <li key={card.id}>
              <TaskCard
                card={card}
                column={column.key}
                address={taskAddress(slug, card.number)}
                isCurrent={card.id === current}
                mayMove={mayMove}
                targets={menu === card.id ? targets : undefined}
                heard={tasks.seen.get(card.id)}
                onMenu={onMenu}
                onMove={onMove}
              />
            </li>
          ))}
        </BoardColumn>
      ))}
      <VisuallyHidden role="status">{moves.told}</VisuallyHidden>
    </div>
  );
}

const firstPlace = (columns: readonly Column[]): Place | undefined => {
  const column = columns.findIndex((each) => each.cards.length > 0);
  return column < 0 ? undefined : [column, 0];
};

function placeOf(columns: readonly Column[], id: string | undefined): Place | undefined {
  const column = columns.findIndex((each) => each.cards.some((card) => card.id === id));
  return column < 0 ? undefined : [column, columns[column]?.cards.findIndex((card) => card.id === id) ?? 0];
}

function targetsOf(columns: readonly Column[], grouping: TaskGrouping, people: readonly string[]): Target[] {
  const keys = columns.map((column) => column.key);
  const more = grouping === "OWNER" ? [...people, null] : grouping === "LABEL" ? [null] : [];
  return [...new Set([...keys, ...more])].map((key) => ({ key, name: columnName(key, grouping) }));
}

const find = (id: string) => document.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`);

/** The focus stays with a card that goes to another column, by whatever moves it. */
function useFocusedCard(columns: readonly Column[]) {
  const [focused, setFocused] = useState<string>();
  const wanted = useRef<string | undefined>(undefined);
  useLayoutEffect(() => {
    const id = wanted.current;
    if (!id || document.activeElement !== document.body) return;
    find(id)?.focus();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- cards go elsewhere with the columns
  }, [columns]);
  return {
    focused,
    onFocus: (event: { target: EventTarget }) => {
      const id = (event.target as HTMLElement).dataset.card;
      wanted.current = id;
      if (id) setFocused(id);
    },
    focus: (id: string | undefined) => {
      if (!id) return;
      wanted.current = id;
      setFocused(id);
      find(id)?.focus();
    },
  };
}
