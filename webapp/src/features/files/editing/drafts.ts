import type { Known } from "./saving";

/** What somebody has typed and not saved, and what they began with: kept in this tab over a reload. */
export interface Draft {
  mine: string;
  base: Known;
}

const keyOf = (sessionId: string, path: string): string => `qd-draft ${sessionId} ${path}`;

export function draftOf(sessionId: string, path: string): Draft | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(keyOf(sessionId, path)) ?? "null") as Partial<Draft> | null;
    if (typeof kept?.mine !== "string") return undefined;
    return { mine: kept.mine, base: typeof kept.base === "string" ? kept.base : null };
  } catch {
    return undefined;
  }
}

/** False: there is no room for it, or storage is off. */
export function keepDraft(sessionId: string, path: string, draft: Draft): boolean {
  try {
    sessionStorage.setItem(keyOf(sessionId, path), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(sessionId: string, path: string): void {
  try {
    sessionStorage.removeItem(keyOf(sessionId, path));
  } catch {
    // storage is off: there was none
  }
}
