import { IconCoin, IconPlus } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";
import { nounAddress } from "@/shared/routing/addresses";

export const feature: Feature = {
  nav: [
    {
      of: "project",
      label: "Budgets",
      icon: IconCoin,
      to: "/budgets",
      order: 45,
      scope: "budget:read",
      key: "b",
    },
  ],
  commands: ({ project, go, may }) =>
    project && may("budget:write")
      ? [
          {
            id: "set budget",
            label: "Set a budget",
            icon: IconPlus,
            keywords: ["limit", "spend", "dollars", "tokens"],
            run: () => go(`${nounAddress(project, "budgets")}?set=true`),
          },
        ]
      : [],
};
