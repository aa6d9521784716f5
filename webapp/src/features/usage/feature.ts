import { IconChartBar, IconCoin } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [
    {
      of: "project",
      label: "Usage",
      icon: IconChartBar,
      to: "/usage",
      also: ["/prices"],
      order: 40,
      scope: "usage:read",
      key: "u",
    },
  ],
  commands: ({ project, go, may }) =>
    project && may("usage:read")
      ? [
          {
            id: "prices",
            label: "Prices of models",
            icon: IconCoin,
            keywords: ["cost", "table", "usage"],
            run: () => go(`/p/${encodeURIComponent(project)}/prices`),
          },
        ]
      : [],
};
