import { IconPlus, IconTerminal2 } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [
    {
      of: "project",
      label: "Sessions",
      icon: IconTerminal2,
      to: "/sessions",
      order: 20,
      scope: "session:read",
      key: "s",
    },
  ],
  commands: ({ project, go, may }) =>
    project && may("session:write")
      ? [
          {
            id: "open session",
            label: "Open a session",
            icon: IconPlus,
            keywords: ["new", "run"],
            run: () => go(`/p/${encodeURIComponent(project)}/sessions?open=true`),
          },
        ]
      : [],
};
