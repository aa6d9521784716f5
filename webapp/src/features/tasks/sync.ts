import { counted } from "@/shared/text/counts";

import type { TaskSyncShownQuery } from "./api/TaskSyncShown.generated";

export type Sync = NonNullable<TaskSyncShownQuery["project"]>["taskSync"];

/** What came of it, as `qd task sync` says. */
export function outcome({ state, error, nextStep, commit, read, written, conflicts }: Sync): string {
  if (state === "FAILING") return [error, nextStep].filter(Boolean).join(" ");
  const disputed = conflicts === 0 ? "no conflicts" : counted(conflicts, "conflict");
  return `In step at commit ${(commit ?? "").slice(0, 12)}: ${counted(read, "task")} read, ${counted(written, "task")} written, ${disputed}.`;
}

/** Whether a request is answered: it may have failed, and what is written may still be on its way. */
export const isAnswered = ({ answered, state }: Sync, request: number): boolean =>
  answered >= request && state !== "WAITING";
