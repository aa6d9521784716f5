import { Text } from "@mantine/core";
import { type KeyboardEvent, useRef } from "react";

import { useProject } from "@/shared/projects/useProjects";
import { commandAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { SafeText } from "@/shared/ui/SafeText";

import type { Run } from "../core/runs";
import type { Player } from "../player";

import classes from "./Replay.module.css";

const LONGEST = 120;

/** The commands of the moment: those that run, and the one that is looked at. */
export function CommandTabs({ player, sessionId }: { player: Player; sessionId: string }) {
  const { slug } = useProject();
  const list = useRef<HTMLDivElement>(null);
  const { tabs, scene } = player;
  const move = (event: KeyboardEvent) => {
    const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const next = (tabs.findIndex((each) => each === scene.shown) + by + tabs.length) % tabs.length;
    player.lookAt(tabs[next]);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[next]?.focus();
  };
  if (tabs.length === 0)
    return (
      <Text size="sm" c="dimmed" className={classes.noTabs}>
        {player.line.runs.latestAt(player.clock.at) ? "Reading …" : "No command has started yet."}
      </Text>
    );
  return (
    <div className={classes.tabs}>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its tabs are focused */}
      <div ref={list} role="tablist" aria-label="Commands of this moment" className={classes.tablist} onKeyDown={move}>
        {tabs.map((run) => (
          <button
            key={run.id}
            type="button"
            role="tab"
            aria-selected={run === scene.shown}
            tabIndex={run === scene.shown ? 0 : -1}
            className={classes.tab}
            onClick={() => player.lookAt(run)}
          >
            <span className={classes.number}>c{run.number}</span>
            <span className={classes.text}>
              <SafeText
                text={run.text
                  .trim()
                  .replaceAll(/\s*\n\s*/g, " ⏎ ")
                  .slice(0, LONGEST)}
              />
            </span>
            <Outcome run={run} at={player.clock.at} />
          </button>
        ))}
      </div>
      {scene.shown && (
        <HrefLink href={commandAddress(slug, sessionId, scene.shown.id)} size="xs" className={classes.open}>
          The command
        </HrefLink>
      )}
    </div>
  );
}

function Outcome({ run, at }: { run: Run; at: number }) {
  if (run.ended === undefined || at < run.ended) return <span className={classes.runs}>runs</span>;
  return (
    <span className={run.outcome?.failed ? classes.failed : classes.done}>
      <SafeText text={run.outcome?.words.slice(0, LONGEST) ?? ""} />
    </span>
  );
}
