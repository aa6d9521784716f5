import {
  IconAlertTriangle,
  IconBan,
  IconCircleCheck,
  IconCircleX,
  IconClockPause,
  IconClockX,
  IconPlayerStop,
  IconRun,
} from "@tabler/icons-react";

import { span } from "@/shared/time/spans";
import type { StatusLook } from "@/shared/ui/Status";

import type { CommandShownFragment } from "./api/CommandShown.generated";

/** What is told of how it stands. */
export type Shown = Pick<CommandShownFragment, "state" | "endReason" | "exitCode" | "signal" | "cancelling">;

/** A command's state in a word or two. */
export function lookOf(command: Shown): StatusLook {
  switch (command.state) {
    case "QUEUED":
      return { tone: "quiet", icon: IconClockPause, label: "waiting" };
    case "RUNNING":
      return command.cancelling
        ? { tone: "warn", icon: IconPlayerStop, label: "cancelling" }
        : { tone: "busy", icon: IconRun, label: "running" };
    case "LOST":
      return { tone: "bad", icon: IconAlertTriangle, label: "lost" };
    case "REFUSED":
      return { tone: "bad", icon: IconBan, label: "refused" };
    case "FINISHED":
      return ended(command);
  }
}

function ended({ endReason, exitCode, signal }: Shown): StatusLook {
  if (endReason === "EXITED" && exitCode === 0) return { tone: "good", icon: IconCircleCheck, label: "exit 0" };
  if (endReason === "EXITED") return { tone: "bad", icon: IconCircleX, label: `exit ${exitCode}` };
  if (endReason === "CANCELLED") return { tone: "quiet", icon: IconPlayerStop, label: "cancelled" };
  if (endReason === "TIMED_OUT") return { tone: "bad", icon: IconClockX, label: "timed out" };
  if (endReason === "SIGNALLED") return { tone: "bad", icon: IconCircleX, label: signal ?? "signalled" };
  return { tone: "bad", icon: IconCircleX, label: (endReason ?? "ended").toLowerCase().replaceAll("_", " ") };
}

export const hasEnded = ({ state }: Pick<Shown, "state">): boolean => state !== "QUEUED" && state !== "RUNNING";

/** Its work's time, as the worker measured it. */
export const took = ({ wallMs }: { wallMs: number | null }): string | undefined =>
  wallMs === null ? undefined : span(wallMs / 1000);
