import { useEffect, useState, useSyncExternalStore } from "react";

import { Emulator } from "@/shared/terminal/emulator";

import { placeOf } from "./core/places";
import { Tape } from "./core/tape";
import { Transcript } from "./core/transcript";
import { Player } from "./player";
import { holesOf, transcriptOf } from "./record";
import type { ReplaySearch } from "./routes";
import type { Record } from "./useRecord";

const LIVE_MS = 1000;

/** A player of a record, for as long as the page shows it. Undefined at first. */
export function usePlayer(record: Record, search: ReplaySearch): Player | undefined {
  const [player, setPlayer] = useState<Player>();
  useEffect(() => {
    const made = new Player({
      line: record.line,
      open,
      frame: (run) => requestAnimationFrame(run),
      now: () => performance.now(),
    });
    begin(made, search);
    setPlayer(made);
    void made.run();
    const grow = () => made.grown(endOf(made));
    record.listeners.add(grow);
    const timer = setInterval(grow, LIVE_MS);
    grow();
    return () => {
      clearInterval(timer);
      record.listeners.delete(grow);
      made.stop();
    };
    // oxlint-disable-next-line react/exhaustive-deps -- where the address said that it begins
  }, [record]);
  useSyncExternalStore(player?.subscribe ?? nothing, () => player?.version);
  return player;
}

const nothing = () => () => undefined;

const open: ConstructorParameters<typeof Player>[0]["open"] = async (run, room) => {
  const holes = await holesOf(run.id);
  const { terminal } = run;
  const emulator = new Emulator(terminal ?? room, !terminal);
  return new Tape({ transcript: new Transcript(transcriptOf(run.id)), emulator, terminal, holes });
};

/** As the address says. */
export function begin(player: Player, { at, command, speed = 1, idle = true }: ReplaySearch): void {
  player.clock.speed = speed;
  player.clock.skipsIdle = idle;
  player.grown(endOf(player));
  const found = placeOf(player.line, String(at ?? "start"));
  if ("wrong" in found) return player.say(found.wrong);
  const looked = command ? player.line.runs.all[Number(command.slice(1)) - 1] : undefined;
  void player.go({ ...found.place, run: found.place.run ?? looked }).then(() => looked && player.lookAt(looked));
}

/** While something runs, the session lasts until now, and else until its last event. */
function endOf({ line }: Player): number {
  const runs = line.runs.begun.some((each) => each.ended === undefined);
  return runs ? Date.now() / 1000 - line.began / 1e6 : 0;
}
