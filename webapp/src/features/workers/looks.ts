import {
  IconAlertTriangle,
  IconArchive,
  IconCircleCheck,
  IconPlugConnectedX,
  IconRefresh,
  IconTrash,
} from "@tabler/icons-react";

import type { FindingKind } from "@/shared/graphql/schema.generated";
import type { StatusLook } from "@/shared/ui/Status";

export const ALIVE: StatusLook = { tone: "good", icon: IconCircleCheck, label: "alive" };
export const GONE: StatusLook = { tone: "bad", icon: IconPlugConnectedX, label: "not heard of" };

export const FOUND: Record<FindingKind, StatusLook> = {
  ADOPTED: { tone: "good", icon: IconCircleCheck, label: "session adopted" },
  REBUILT: { tone: "good", icon: IconRefresh, label: "session made anew" },
  LOST: { tone: "bad", icon: IconAlertTriangle, label: "session lost" },
  ORPHAN_JAIL: { tone: "warn", icon: IconTrash, label: "jail without a session" },
  ORPHAN_WORKSPACE: { tone: "warn", icon: IconTrash, label: "workspace without a session" },
  SET_ASIDE: { tone: "warn", icon: IconArchive, label: "work set aside" },
};
