import type { Head } from "./chain";

/** What this browser knows of the log by itself: the key that its user confirmed, and how far they have checked it. */
export interface Kept {
  readonly key?: string;
  readonly confirmedAt?: string;
  /** Checked from the first event to here. */
  readonly head?: Head;
  readonly checkedAt?: string;
}

const NAME = "qd-log-proof";

export function readKept(): Kept {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

/** Where storage is off it is forgotten with the page. */
export function writeKept(kept: Kept): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // storage is off
  }
}
