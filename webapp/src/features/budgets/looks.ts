import {
  IconAlertTriangle,
  IconCircleCheck,
  IconInfinity,
  IconLock,
  IconPlayerPause,
  IconTrash,
  IconTrendingUp,
} from "@tabler/icons-react";

import type { StatusLook } from "@/shared/ui/Status";

import type { State } from "./words";

export const LOOKS: Record<State, StatusLook> = {
  asks: { tone: "bad", icon: IconPlayerPause, label: "used up, asks" },
  closed: { tone: "bad", icon: IconLock, label: "kept closed" },
  over: { tone: "bad", icon: IconAlertTriangle, label: "over, warns" },
  "let on": { tone: "warn", icon: IconInfinity, label: "let on" },
  near: { tone: "warn", icon: IconTrendingUp, label: "near" },
  ok: { tone: "good", icon: IconCircleCheck, label: "ok" },
  removed: { tone: "quiet", icon: IconTrash, label: "removed" },
};
