import { IconLogs, IconRosetteDiscountCheck } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [
    { of: "server", label: "Log", icon: IconLogs, to: "/log", order: 60, scope: "event:read", key: "l" },
    { of: "project", label: "Log", icon: IconLogs, to: "/log", order: 70, scope: "event:read" },
  ],
  commands: ({ go, may }) =>
    may("event:read")
      ? [
          {
            id: "verify log",
            label: "Check the log",
            description: "That nothing was changed, moved, taken out or cut off",
            icon: IconRosetteDiscountCheck,
            keywords: ["verify", "audit", "checkpoint", "proof"],
            run: () => go("/log/proof"),
          },
          {
            id: "events by people",
            label: "What people did",
            icon: IconLogs,
            keywords: ["log", "audit", "events"],
            run: () => go("/log?by=user"),
          },
        ]
      : [],
};
