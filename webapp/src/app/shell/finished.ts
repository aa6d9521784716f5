import type { FinishedCommandQuery } from "./api/FinishedCommand.generated";

export type Finished = NonNullable<FinishedCommandQuery["command"]>;

/** What ended sooner was watched. */
const LONG_MS = 5000;

export const failed = ({ state, endReason, exitCode }: Finished): boolean =>
  state === "LOST" || (endReason === "EXITED" ? exitCode !== 0 : endReason !== "CANCELLED");

/** Whether who is at `path` wants to be told: of their own commands that took long or failed, unless they look at them. */
export function isWorthTelling(command: Finished, viewerId: string, path: string, sessionUuid: string): boolean {
  if (command.requestedById !== viewerId || path.includes(sessionUuid)) return false;
  return failed(command) || (command.wallMs ?? 0) >= LONG_MS;
}

/** How it ended, in words. */
export function ending({ state, endReason, exitCode }: Finished): string {
  if (state === "LOST") return "Lost";
  if (endReason === "EXITED") return exitCode === 0 ? "Done" : `Failed with exit ${exitCode}`;
  const words = (endReason ?? "ended").toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
