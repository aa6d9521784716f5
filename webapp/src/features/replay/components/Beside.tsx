import { Tabs } from "@mantine/core";
import { useMemo } from "react";

import { States } from "../core/state";
import type { Player } from "../player";
import type { Panel } from "../routes";
import { EventsAround } from "./EventsAround";
import { FilesUntil } from "./FilesUntil";
import { Stood } from "./Stood";

import classes from "./Replay.module.css";

interface BesideProps {
  player: Player;
  sessionId: string;
  panel: Panel;
  onPanel: (panel: Panel) => void;
}

/** What is to be known of the moment beside the terminal. */
export function Beside({ player, sessionId, panel, onPanel }: BesideProps) {
  const { line, count } = player;
  const states = useMemo(() => new States(line.facts), [line]);
  const state = states.upTo(line.positionOf(count - 1));
  const changed = [...state.files.values()].filter(Boolean).length;
  return (
    <aside className={classes.beside} aria-label="At this moment">
      <Tabs value={panel} onChange={(next) => onPanel(next as Panel)} keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="events">Events</Tabs.Tab>
          <Tabs.Tab value="files">Files{changed > 0 && ` (${changed})`}</Tabs.Tab>
          <Tabs.Tab value="state">Status</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="events">
          <EventsAround player={player} sessionId={sessionId} />
        </Tabs.Panel>
        <Tabs.Panel value="files">
          <FilesUntil state={state} sessionId={sessionId} />
        </Tabs.Panel>
        <Tabs.Panel value="state">
          <Stood state={state} player={player} />
        </Tabs.Panel>
      </Tabs>
    </aside>
  );
}
