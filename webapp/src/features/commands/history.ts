const MOST = 200;
const runs = new Map<string, string[]>();

/** What was run on this page, by session. It is gone with the page: commands may hold secrets. */
export function remember(sessionId: string, text: string): void {
  const before = (runs.get(sessionId) ?? []).filter((each) => each !== text);
  runs.set(sessionId, [...before, text].slice(-MOST));
}

/** The one that was run so many before; 1 is the last. */
export const recall = (sessionId: string, back: number): string | undefined => runs.get(sessionId)?.at(-back);
