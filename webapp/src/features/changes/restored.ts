import type { Fault } from "@/shared/graphql/faults";
import { counted } from "@/shared/text/counts";

interface Payload {
  files_changed?: number;
  shell?: boolean;
  reason?: string;
  next_step?: string;
}

function read(payload: string | null): Payload {
  try {
    return (JSON.parse(payload ?? "{}") as Payload | null) ?? {};
  } catch {
    return {};
  }
}

/** What the event that ended a restore tells, as `qd session restore` says it. */
export function restoredIn(topic: string, payload: string | null): { said: string[] } | Fault {
  const { files_changed: files = 0, shell = true, reason = "", next_step: nextStep = "" } = read(payload);
  if (topic === "WorkspaceRestored") {
    const kept = "The shell's directory and exported variables were not kept of that point: they are as they were.";
    return { said: [`Restored: ${counted(files, "file")} changed.`, ...(shell ? [] : [kept])] };
  }
  if (topic === "WorkspaceRestoreFailed") return { code: "NOT_RESTORED", message: `Not restored: ${reason}`, nextStep };
  return {
    code: "NOT_RESTORED",
    message: "The session ended before its files were restored.",
    nextStep: "Fork it instead.",
  };
}
