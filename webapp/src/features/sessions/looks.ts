import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconClockPause,
  IconLoader2,
  IconPlayerPause,
  IconSquareCheck,
} from "@tabler/icons-react";

import type { SessionState } from "@/shared/graphql/schema.generated";
import type { StatusLook } from "@/shared/ui/Status";

export const looks: Record<SessionState, StatusLook> = {
  QUEUED: { tone: "quiet", icon: IconClockPause, label: "waiting" },
  OPENING: { tone: "busy", icon: IconLoader2, label: "opening" },
  READY: { tone: "good", icon: IconCircleCheck, label: "ready" },
  PAUSED: { tone: "warn", icon: IconPlayerPause, label: "paused" },
  CLOSING: { tone: "busy", icon: IconCircleDashed, label: "closing" },
  CLOSED: { tone: "quiet", icon: IconSquareCheck, label: "closed" },
  LOST: { tone: "bad", icon: IconAlertTriangle, label: "lost" },
  FAILED: { tone: "bad", icon: IconCircleX, label: "failed" },
};

export const OPEN: readonly SessionState[] = ["QUEUED", "OPENING", "READY", "PAUSED", "CLOSING"];
export const ENDED: readonly SessionState[] = ["CLOSED", "LOST", "FAILED"];
