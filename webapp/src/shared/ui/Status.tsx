import type { Icon } from "@tabler/icons-react";

import classes from "./Status.module.css";

export type Tone = "good" | "busy" | "warn" | "bad" | "quiet";

export interface StatusLook {
  tone: Tone;
  icon: Icon;
  label: string;
}

/** A state, by word and icon; the colour says it once more. */
export function Status({ tone, icon: Shape, label }: StatusLook) {
  return (
    <span className={classes.status} data-tone={tone}>
      <Shape size={14} aria-hidden />
      {label}
    </span>
  );
}
