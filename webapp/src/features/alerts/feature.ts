import { IconBell, IconBellOff, IconPlus } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";
import { nounAddress } from "@/shared/routing/addresses";

export const feature: Feature = {
  nav: [
    { of: "server", label: "Alerts", icon: IconBell, to: "/alerts", order: 50, scope: "alert:read" },
    { of: "project", label: "Alerts", icon: IconBell, to: "/alerts", order: 50, scope: "alert:read", key: "a" },
  ],
  commands: ({ project, go, may }) =>
    project && may("alert:write")
      ? [
          {
            id: "set alert rule",
            label: "Set an alert rule",
            icon: IconPlus,
            keywords: ["notify", "mail", "webhook", "threshold"],
            run: () => go(`${nounAddress(project, "alerts")}/rules?set=true`),
          },
          {
            id: "silence alerts",
            label: "Silence alerts for a while",
            icon: IconBellOff,
            keywords: ["mute", "quiet"],
            run: () => go(`${nounAddress(project, "alerts")}/silences?set=true`),
          },
        ]
      : [],
};
