import { type RefObject, useEffect, useEffectEvent, useState } from "react";

import { isTyping } from "@/shared/keyboard/typing";

import type { Player } from "./player";
import type { Panel } from "./routes";

export type Asking = "place" | "help" | undefined;

const SHORT = 5;
const LONG = 60;
/** What keys these have of their own. */
const LISTS = "[role=tablist], [role=list], [role=menu], [role=listbox], [role=radiogroup]";
/** Beside the replay. */
const OTHERS = "a, button, nav, header, [role=dialog], [role=menu]";
const BUTTONS = "button, a, [role=tab]";

interface Finding {
  open: () => void;
  /** False: nothing was looked for. */
  step: (by: 1 | -1) => boolean;
}

/** The same keys as those of `qd audit replay`, where nothing else has them. */
export function useKeys(
  player: Player,
  frame: RefObject<HTMLElement | null>,
  finding: Finding,
  onPanel: (panel: Panel) => void,
) {
  const [asking, ask] = useState<Asking>();
  const does = (event: KeyboardEvent): (() => void) | undefined => {
    const { key, shiftKey } = event;
    const arrow = shiftKey ? LONG : SHORT;
    const keys: Record<string, () => void> = {
      " ": () => player.toggle(),
      ArrowLeft: () => player.skip(-arrow),
      ArrowRight: () => player.skip(arrow),
      Home: () => player.seek(0),
      End: () => player.seek(player.clock.end),
      ",": () => player.step(-1),
      ".": () => player.step(1),
      "/": finding.open,
      n: () => finding.step(1) || player.toCommand(1),
      N: () => void finding.step(-1),
      p: () => player.toCommand(-1),
      "]": () => player.faster(),
      "[": () => player.slower(),
      i: () => player.toggleIdle(),
      t: () => player.toTab(1),
      T: () => player.toTab(-1),
      g: () => ask("place"),
      "?": () => ask("help"),
      e: () => onPanel("events"),
      f: () => onPanel("files"),
      s: () => onPanel("state"),
    };
    return keys[key];
  };
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const ours = frame.current?.contains(target) || !target.closest(OTHERS);
    if (!ours || event.ctrlKey || event.metaKey || event.altKey || asking) return;
    if (isTyping(target) && !target.closest(".xterm")) return;
    if (event.key === " " && target.closest(BUTTONS)) return;
    if (/^(Arrow|Home|End)/.test(event.key) && target.closest(LISTS)) return;
    const run = does(event);
    if (!run) return;
    event.preventDefault();
    event.stopPropagation();
    run();
  });
  useEffect(() => {
    // before the keys that hold everywhere
    const listener = (event: KeyboardEvent) => pressed(event);
    document.addEventListener("keydown", listener, { capture: true });
    return () => document.removeEventListener("keydown", listener, { capture: true });
  }, []);
  return { asking, ask };
}
