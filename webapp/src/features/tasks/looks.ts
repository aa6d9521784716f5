import {
  IconAntennaBars2,
  IconAntennaBars4,
  IconAntennaBars5,
  IconBan,
  IconChevronsUp,
  IconCircle,
  IconCircleCheck,
  IconCircleDotted,
  IconCircleX,
  IconEye,
  IconProgress,
  IconUserCheck,
} from "@tabler/icons-react";

import type { TaskPriority, TaskStatus } from "@/shared/graphql/schema.generated";
import type { StatusLook } from "@/shared/ui/Status";

export const looks: Record<TaskStatus, StatusLook> = {
  OPEN: { tone: "quiet", icon: IconCircle, label: "open" },
  CLAIMED: { tone: "busy", icon: IconUserCheck, label: "claimed" },
  IN_PROGRESS: { tone: "busy", icon: IconProgress, label: "in progress" },
  BLOCKED: { tone: "bad", icon: IconBan, label: "blocked" },
  IN_REVIEW: { tone: "warn", icon: IconEye, label: "in review" },
  DONE: { tone: "good", icon: IconCircleCheck, label: "done" },
  DROPPED: { tone: "quiet", icon: IconCircleX, label: "dropped" },
};

export const priorities: Record<TaskPriority, StatusLook> = {
  URGENT: { tone: "bad", icon: IconChevronsUp, label: "urgent" },
  HIGH: { tone: "warn", icon: IconAntennaBars5, label: "high" },
  NORMAL: { tone: "quiet", icon: IconAntennaBars4, label: "normal" },
  LOW: { tone: "quiet", icon: IconAntennaBars2, label: "low" },
};

export const unknownLook: StatusLook = { tone: "quiet", icon: IconCircleDotted, label: "unknown" };
