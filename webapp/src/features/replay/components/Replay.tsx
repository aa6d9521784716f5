import { useElementSize } from "@mantine/hooks";
import { useRef, useState } from "react";
import { flushSync } from "react-dom";

import type { Player } from "../player";
import { replayRoute } from "../routes";
import { useFinding } from "../useFinding";
import { useKeys } from "../useKeys";
import { useMoment } from "../useMoment";
import { usePlayer } from "../usePlayer";
import type { Record } from "../useRecord";
import { Beside } from "./Beside";
import { CommandTabs } from "./CommandTabs";
import { Controls } from "./Controls";
import { Find } from "./Find";
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
  const finding = useFindField(player, sessionId);
  const { asking, ask } = useKeys(player, frame, finding, (next) => show(next === panel ? "events" : next));
  return (
    <div ref={frame} className={classes.replay}>
      <div className={classes.deck} ref={ref}>
        <Controls
          player={player}
          link={link}
          going={asking === "place"}
          onGoing={(on) => ask(on ? "place" : undefined)}
          finding={finding.opened}
          onFinding={finding.toggle}
          findButton={finding.button}
          onHelp={() => ask("help")}
        />
        <Scrubber player={player} width={width} />
        {finding.opened && <Find finder={finding.finder} field={finding.field} onClose={finding.close} />}
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

/** Where one looks for what was printed; the keyboard goes there, and back to the button. */
function useFindField(player: Player, sessionId: string) {
  const [opened, setOpened] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const finder = useFinding(player, sessionId);
  const open = () => {
    // the field is there to be focused
    flushSync(() => setOpened(true));
    field.current?.select();
  };
  const close = () => {
    setOpened(false);
    finder.end();
    button.current?.focus();
  };
  return { opened, open, close, toggle: opened ? close : open, step: finder.step, finder, field, button };
}
