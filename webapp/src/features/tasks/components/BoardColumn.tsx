import { dropTargetForElements } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { Button } from "@mantine/core";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";

import type { TaskGrouping } from "@/shared/graphql/schema.generated";
import { counted, whole } from "@/shared/text/counts";
import { visibleText } from "@/shared/text/visible";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";

import type { Column, ColumnKey } from "../board/columns";
import { MORE } from "../board/reading";
import { columnName, lookOf } from "../names";

import classes from "./Board.module.css";

interface BoardColumnProps {
  column: Column;
  grouping: TaskGrouping;
  /** A card that was taken elsewhere is let go here. */
  onDropped: (id: string, from: ColumnKey) => void;
  more: () => void;
  children: ReactNode;
}

export function BoardColumn({ column, grouping, onDropped, more, children }: BoardColumnProps) {
  const { key, count, cards } = column;
  const element = useRef<HTMLElement>(null);
  const [over, setOver] = useState(false);
  const dropped = useEffectEvent(onDropped);
  useEffect(() => {
    if (!element.current) return undefined;
    return dropTargetForElements({
      element: element.current,
      canDrop: ({ source }) => source.data.from !== key,
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: ({ source }) => {
        setOver(false);
        dropped(String(source.data.id), source.data.from as ColumnKey);
      },
    });
  }, [key]);
  const name = columnName(key, grouping);
  const look = lookOf(key, grouping);
  const rest = count - cards.length;
  return (
    <section
      ref={element}
      className={classes.column}
      data-over={over}
      data-empty={count === 0}
      aria-label={`${visibleText(name)}, ${counted(count, "task")}`}
    >
      <div className={classes.head}>
        {look ? (
          <Status {...look} />
        ) : (
          <span className={classes.name}>
            <SafeText text={name} />
          </span>
        )}
        <span className={classes.count}>{whole(count)}</span>
      </div>
      {count === 0 && <div className={classes.none}>Nothing</div>}
      {cards.length > 0 && (
        <ul className={classes.cards}>
          {children}
          {rest > 0 && (
            <li>
              <Button variant="subtle" fullWidth onClick={more}>
                {whole(Math.min(MORE, rest))} more
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  );
}
