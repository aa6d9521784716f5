import { useElementSize } from "@mantine/hooks";
import { useRef } from "react";

import type { Player } from "../player";
import { replayRoute } from "../routes";
import { useKeys } from "../useKeys";
import { useMoment } from "../useMoment";
import { usePlayer } from "../usePlayer";
import type { Record } from "../useRecord";
import { Beside } from "./Beside";
import { CommandTabs } from "./CommandTabs";
import { Controls } from "./Controls";
import { Help } from "./Help";
import { Pane } from "./Pane";
import { Scrubber } from "./Scrubber";

import classes from "./Replay.module.css";

/** A session as it was at a moment, and ways to another one. */
export function Replay({ sessionId, record }: { sessionId: string; record: Record }) {
  const search = replayRoute.useSearch();
  const player = usePlayer(record, search);
  return player ? <Shown key={player.id} sessionId={sessionId} player={player} /> : null;
}

function Shown({ sessionId, player }: { sessionId: string; player: Player }) {
  const frame = useRef<HTMLDivElement>(null);
  const { ref, width } = useElementSize();
  const { panel = "events" } = replayRoute.useSearch();
  const navigate = replayRoute.useNavigate();
  const link = useMoment(player);
  const show = (next: typeof panel) =>
    void navigate({ search: (last) => ({ ...last, panel: next === "events" ? undefined : next }), replace: true });
  const { asking, ask } = useKeys(player, frame, (next) => show(next === panel ? "events" : next));
  return (
    <div ref={frame} className={classes.replay}>
      <div className={classes.deck} ref={ref}>
        <Controls
          player={player}
          link={link}
          going={asking === "place"}
          onGoing={(on) => ask(on ? "place" : undefined)}
          onHelp={() => ask("help")}
        />
        <Scrubber player={player} width={width} />
      </div>
      <div className={classes.body}>
        <div className={classes.main}>
          <CommandTabs player={player} sessionId={sessionId} />
          <Pane player={player} />
        </div>
        <Beside player={player} sessionId={sessionId} panel={panel} onPanel={show} />
      </div>
      <Help opened={asking === "help"} onClose={() => ask(undefined)} />
    </div>
  );
}
