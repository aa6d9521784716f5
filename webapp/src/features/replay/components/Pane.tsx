import { Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import { FollowLink } from "@/shared/terminal/FollowLink";
import { useScreen } from "@/shared/terminal/useScreen";
import { bytes } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import type { Player } from "../player";
import { TypedLine } from "./TypedLine";

import classes from "./Replay.module.css";

const SETTLED_MS = 150;
const FONT = { most: 13, least: 8 };
/** Of a character's height. */
const WIDE = 0.602;
const PADDING_PX = 34;

/** The screen of the command that is looked at, as it was. */
export function Pane({ player }: { player: Player }) {
  const element = useRef<HTMLDivElement>(null);
  const [link, setLink] = useState<URL>();
  const screen = useScreen(element, {
    size: { columns: 100, rows: 30 },
    piped: false,
    answers: () => false,
    modes: () => false,
    follow: setLink,
  });
  const { shown } = player.scene;
  const columns = shown?.terminal?.columns;
  useEffect(() => {
    const box = element.current;
    if (!screen || !box) return undefined;
    const fit = () => {
      const room = box.clientWidth - PADDING_PX;
      const size = columns ? Math.floor(room / columns / WIDE) : FONT.most;
      screen.scale(Math.min(FONT.most, Math.max(FONT.least, size)));
      player.showOn(screen, columns ? undefined : screen.room());
    };
    fit();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const observer = new ResizeObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(fit, SETTLED_MS);
    });
    observer.observe(box);
    return () => {
      clearTimeout(timer);
      observer.disconnect();
      player.showOn(undefined, undefined);
    };
  }, [screen, player, columns]);
  const { reading, message, scene } = player;
  return (
    <div className={classes.pane}>
      <div ref={element} className={classes.screen} data-testid="terminal" aria-busy={reading !== undefined} />
      {reading && (
        <div className={classes.reading} role="status">
          Reading what it printed: {bytes(reading.bytes)}
          {reading.of > 0 && ` of ${bytes(reading.of)}`}
        </div>
      )}
      {message && (
        <Text size="sm" className={classes.message} role="status">
          <SafeText text={message} />
        </Text>
      )}
      <TypedLine typed={scene.typed} />
      {link && <FollowLink link={link} onClose={() => setLink(undefined)} />}
    </div>
  );
}
