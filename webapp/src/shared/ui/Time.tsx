import { Tooltip } from "@mantine/core";
import { useRef } from "react";

import { usePreferences } from "@/shared/preferences/preferences";
import { useNow } from "@/shared/time/clock";
import { relative, span } from "@/shared/time/spans";

import { useRested } from "./useRested";

const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

const utc = (at: Date): string => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/**
 * A moment: how long ago, or the time with `exact` or where the viewer likes that. Both times are told on hover, by a
 * tooltip that is made then: a page may have hundreds of moments, and on home their tooltips were a sixth of all scripts.
 */
export function Time({ at, exact = false }: { at: string; exact?: boolean }) {
  const now = useNow();
  const { times } = usePreferences();
  const shown = useRef<HTMLTimeElement>(null);
  const { rested, ...handlers } = useRested();
  const date = new Date(at);
  return (
    <>
      <time dateTime={at} ref={shown} {...handlers}>
        {times === "utc" ? utc(date) : exact || times === "local" ? LOCAL.format(date) : relative(date.getTime(), now)}
      </time>
      {rested && <Tooltip target={shown} label={`${LOCAL.format(date)} · ${utc(date)}`} defaultOpened />}
    </>
  );
}

/** How long something took, or has taken until now. */
export function Duration({ from, to }: { from: string; to?: string | null }) {
  const now = useNow();
  const end = to ? Date.parse(to) : Math.max(now, Date.parse(from));
  return <span>{span((end - Date.parse(from)) / 1000)}</span>;
}
