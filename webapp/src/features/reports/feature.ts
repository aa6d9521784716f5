import { IconReport } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";
import { nounAddress } from "@/shared/routing/addresses";

export const feature: Feature = {
  nav: [{ of: "project", label: "Reports", icon: IconReport, to: "/reports", order: 55, scope: "report:read" }],
  commands: ({ project, go, may }) =>
    project && may("report:read")
      ? [
          {
            id: "preview report",
            label: "Look at a report",
            description: "Of a day, a week or a month; nothing is sent",
            icon: IconReport,
            keywords: ["usage", "cost", "week"],
            run: () => go(`${nounAddress(project, "reports")}/preview`),
          },
        ]
      : [],
};
