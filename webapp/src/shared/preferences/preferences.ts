import { useSyncExternalStore } from "react";

/** How this browser's user likes it. Kept here only; the colours are kept by the theme. */
export interface Preferences {
  /** How long ago, or the time: one's own, or UTC. */
  readonly times: "ago" | "local" | "utc";
  readonly motion: "system" | "none";
}

const NAME = "qd-preferences";
const USUAL: Preferences = { times: "ago", motion: "system" };
const ALLOWED = { times: ["ago", "local", "utc"], motion: ["system", "none"] } as const;

/** What was kept, as far as it is something that can be chosen. */
export function preferencesIn(kept: string | null): Preferences {
  let found: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    found = (JSON.parse(kept ?? "{}") as typeof found | null) ?? {};
  } catch {
    // it is not ours: the usual
  }
  return {
    times: ALLOWED.times.find((each) => each === found.times) ?? USUAL.times,
    motion: ALLOWED.motion.find((each) => each === found.motion) ?? USUAL.motion,
  };
}

const listeners = new Set<() => void>();
let current: Preferences | undefined;

function read(): Preferences {
  if (current) return current;
  let kept: string | null = null;
  try {
    kept = localStorage.getItem(NAME);
  } catch {
    // storage is off: the usual
  }
  current = preferencesIn(kept);
  return current;
}

/** Takes effect on all that is shown. */
export function prefer(part: Partial<Preferences>): void {
  current = { ...read(), ...part };
  try {
    localStorage.setItem(NAME, JSON.stringify(current));
  } catch {
    // storage is off: until the page is left
  }
  applyMotion();
  for (const each of listeners) each();
}

/** `still.css` takes motion away below this attribute. */
export function applyMotion(): void {
  document.documentElement.toggleAttribute("data-still", read().motion === "none");
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const usePreferences = (): Preferences => useSyncExternalStore(listen, read);
