import { useEffect, useEffectEvent, useState } from "react";

import { written as clockWritten } from "./core/places";
import { Written } from "./core/written";
import type { Player } from "./player";
import { type ReplaySearch, replayRoute } from "./routes";
import { begin } from "./usePlayer";

const PAUSED_MS = 300;
const PLAYING_MS = 1000;

/** What an address says of where a player is. */
export const searchOf = ({ clock, wanted }: Player): ReplaySearch => ({
  at: clock.at > 0 ? clockWritten(clock.at) : undefined,
  command: wanted ? `c${wanted.number}` : undefined,
  speed: clock.speed === 1 ? undefined : clock.speed,
  idle: clock.skipsIdle ? undefined : false,
});

const keyOf = ({ at, command, speed, idle }: ReplaySearch): string => JSON.stringify([at, command, speed, idle]);

/** The moment stands in the address, and what stands there is gone to. Gives an address of now. */
export function useMoment(player: Player): () => string {
  const search = replayRoute.useSearch();
  const navigate = replayRoute.useNavigate();
  const [written] = useState(() => new Written(keyOf(search)));
  const write = useEffectEvent(() => {
    const next = searchOf(player);
    if (!written.write(keyOf(next))) return;
    void navigate({ search: (last) => ({ ...last, ...next }), replace: true });
  });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const here = location.pathname;
    const later = () => {
      timer ??= setTimeout(
        () => {
          timer = undefined;
          // a link may have been followed to a page that is still on its way
          if (location.pathname === here) write();
        },
        player.clock.playing ? PLAYING_MS : PAUSED_MS,
      );
    };
    const end = player.subscribe(later);
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [player]);
  const given = keyOf(search);
  const went = useEffectEvent((key: string) => {
    if (!written.sees(key)) begin(player, search);
  });
  useEffect(() => went(given), [given]);
  return () => {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(searchOf(player)))
      if (value === undefined) url.searchParams.delete(name);
      else url.searchParams.set(name, String(value));
    return url.href;
  };
}
