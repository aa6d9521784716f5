import { draggable } from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { IconGitMerge, IconHourglass, IconTerminal2, IconUser } from "@tabler/icons-react";
import { memo, useEffect, useRef, useState } from "react";

import { useFollow } from "@/shared/routing/HrefLink";
import { useNow } from "@/shared/time/clock";
import { SafeText } from "@/shared/ui/SafeText";

import type { Card, ColumnKey } from "../board/columns";
import { leaseLeft } from "../lease";
import { priorities } from "../looks";
import { CLOSED } from "../terms";
import { MoveMenu, type Target } from "./MoveMenu";

import classes from "./TaskCard.module.css";

interface TaskCardProps {
  card: Card;
  column: ColumnKey;
  address: string;
  /** The board's one card that Tab stops at. */
  isCurrent: boolean;
  mayMove: boolean;
  /** Undefined: its menu is closed. */
  targets: readonly Target[] | undefined;
  /** The position of what was last heard of it: another one lights it up. */
  heard: number | undefined;
  onMenu: (id: string | undefined) => void;
  onMove: (card: Card, from: ColumnKey, to: ColumnKey) => void;
}

/** A task on a board. The link is what keys go to; the rest is for the pointer. */
export const TaskCard = memo(function TaskCard(props: TaskCardProps) {
  const { card, column, address, isCurrent, mayMove, targets, heard, onMenu, onMove } = props;
  const element = useRef<HTMLElement>(null);
  const [dragged, setDragged] = useState(false);
  const follow = useFollow();
  useEffect(() => {
    if (!element.current || !mayMove) return undefined;
    return draggable({
      element: element.current,
      getInitialData: () => ({ id: card.id, from: column }),
      onDragStart: () => setDragged(true),
      onDrop: () => setDragged(false),
    });
  }, [card.id, column, mayMove]);
  return (
    <article ref={element} className={classes.card} data-dragging={dragged} data-closed={CLOSED.includes(card.status)}>
      {heard !== undefined && <span key={heard} className={classes.flash} />}
      <div className={classes.line}>
        {card.priority !== "NORMAL" && <Priority card={card} />}
        <span className="mono">{card.reference}</span>
        {card.conflicted && (
          <span data-tone="bad" className={classes.line}>
            <IconGitMerge size={14} aria-hidden /> conflict
          </span>
        )}
        <span className={classes.end} />
        {card.claim?.sessionId && <IconTerminal2 size={14} aria-label="claimed from a session" />}
        {mayMove && (
          <MoveMenu
            reference={card.reference}
            targets={targets ?? []}
            from={column}
            opened={targets !== undefined}
            onOpened={(next) => onMenu(next ? card.id : undefined)}
            onMove={(to) => onMove(card, column, to)}
          />
        )}
      </div>
      <a
        href={address}
        onClick={(event) => follow(address, event)}
        className={classes.title}
        data-card={card.id}
        draggable={false}
        tabIndex={isCurrent ? 0 : -1}
        aria-keyshortcuts={mayMove ? "m" : undefined}
      >
        <SafeText text={card.title} />
      </a>
      {card.status === "BLOCKED" && card.reason && (
        <div className={classes.line} data-tone="bad">
          <span className={classes.clipped}>
            <SafeText text={card.reason} />
          </span>
        </div>
      )}
      <Who card={card} />
      <Labels labels={card.labels} />
    </article>
  );
});

function Priority({ card }: { card: Card }) {
  const { icon: Shape, tone, label } = priorities[card.priority];
  return (
    <span data-tone={tone} title={`${label} priority`} style={{ display: "inline-flex" }}>
      <Shape size={14} aria-label={`${label} priority`} role="img" />
    </span>
  );
}

function Who({ card }: { card: Card }) {
  const now = useNow();
  const { ownerName, claim, waitsFor } = card;
  if (!ownerName && waitsFor.length === 0) return null;
  return (
    <div className={`${classes.line} ${classes.wraps}`}>
      {ownerName && (
        <span className={classes.line}>
          <IconUser size={13} aria-hidden />
          <span className={classes.clipped}>
            <SafeText text={ownerName} />
          </span>
          {claim && <span title={`Held until ${claim.expiresAt}`}>{leaseLeft(claim.expiresAt, now)}</span>}
        </span>
      )}
      {waitsFor.length > 0 && (
        <span className={classes.line} data-tone="warn">
          <IconHourglass size={13} aria-hidden />
          waits for {waitsFor.map((number) => `T-${number}`).join(", ")}
        </span>
      )}
    </div>
  );
}

function Labels({ labels }: { labels: readonly string[] }) {
  if (labels.length === 0) return null;
  return (
    <div className={`${classes.line} ${classes.wraps}`}>
      {labels.map((label) => (
        <span key={label} className={classes.label}>
          <SafeText text={label} />
        </span>
      ))}
    </div>
  );
}
