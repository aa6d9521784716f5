import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconPlayerStop } from "@tabler/icons-react";

import type { StatusLook } from "@/shared/ui/Status";

import type { HomeCommandFragment } from "./api/HomeCommand.generated";

/** How a command ended, in a word or two. */
export function outcome({ state, endReason, exitCode, signal }: HomeCommandFragment): StatusLook {
  if (state === "LOST" || state === "REFUSED")
    return { tone: "bad", icon: IconAlertTriangle, label: state.toLowerCase() };
  if (endReason === "EXITED" && exitCode === 0) return { tone: "good", icon: IconCircleCheck, label: "done" };
  if (endReason === "CANCELLED") return { tone: "quiet", icon: IconPlayerStop, label: "cancelled" };
  const why =
    endReason === "EXITED" ? `exit ${exitCode}` : (signal ?? (endReason ?? "ended").toLowerCase().replaceAll("_", " "));
  return { tone: "bad", icon: IconCircleX, label: why };
}
