import { IconServer2, IconTableOptions } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [
    { of: "server", label: "Workers", icon: IconServer2, to: "/workers", order: 70, scope: "session:read", key: "w" },
  ],
  commands: ({ go, may }) =>
    may("event:read")
      ? [
          {
            id: "check read models",
            label: "Compare the read models with the log",
            icon: IconTableOptions,
            keywords: ["rebuild", "audit", "projections"],
            run: () => go("/workers#read-models"),
          },
        ]
      : [],
};
