import {
  IconAlertOctagon,
  IconAlertTriangle,
  IconBell,
  IconCircleCheck,
  IconClock,
  IconEye,
  IconInfoCircle,
  IconMail,
  IconMailOff,
} from "@tabler/icons-react";

import type { AlertSeverity } from "@/shared/graphql/schema.generated";
import type { StatusLook } from "@/shared/ui/Status";

import type { Step } from "./timeline";

export const SEVERITY: Record<AlertSeverity, StatusLook> = {
  CRITICAL: { tone: "bad", icon: IconAlertOctagon, label: "critical" },
  WARNING: { tone: "warn", icon: IconAlertTriangle, label: "warning" },
  INFO: { tone: "busy", icon: IconInfoCircle, label: "info" },
};

const STATES: Record<string, StatusLook> = {
  firing: { tone: "bad", icon: IconBell, label: "firing" },
  acknowledged: { tone: "warn", icon: IconEye, label: "acknowledged" },
  resolved: { tone: "quiet", icon: IconCircleCheck, label: "over" },
};

export const stateLook = (state: string): StatusLook =>
  STATES[state] ?? { tone: "quiet", icon: IconClock, label: state };

const DELIVERIES: Record<string, StatusLook> = {
  arrived: { tone: "good", icon: IconCircleCheck, label: "arrived" },
  waiting: { tone: "busy", icon: IconClock, label: "waiting" },
  sending: { tone: "busy", icon: IconMail, label: "being sent" },
  failed: { tone: "warn", icon: IconMailOff, label: "failed, tried again" },
  given_up: { tone: "bad", icon: IconMailOff, label: "given up" },
};

export const deliveryLook = (state: string): StatusLook =>
  DELIVERIES[state] ?? { tone: "quiet", icon: IconClock, label: state };

export const STEPS: Record<Step["kind"], StatusLook> = {
  held: { tone: "quiet", icon: IconClock, label: "" },
  raised: { tone: "bad", icon: IconBell, label: "" },
  told: { tone: "good", icon: IconMail, label: "" },
  "not told": { tone: "warn", icon: IconMailOff, label: "" },
  acknowledged: { tone: "busy", icon: IconEye, label: "" },
  over: { tone: "good", icon: IconCircleCheck, label: "" },
};
