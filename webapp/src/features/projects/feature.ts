import { IconFolders, IconLayoutDashboard, IconPlus, IconSettings } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [
    { of: "server", label: "Projects", icon: IconFolders, to: "/projects", order: 20, scope: "project:read", key: "p" },
    { of: "project", label: "Overview", icon: IconLayoutDashboard, to: "", order: 10, key: "o" },
    { of: "project", label: "Project settings", icon: IconSettings, to: "/settings", order: 90 },
  ],
  commands: ({ go, may }) =>
    may("project:write")
      ? [
          {
            id: "add project",
            label: "Add a project",
            icon: IconPlus,
            keywords: ["create", "repository"],
            run: () => go("/projects?add=true"),
          },
        ]
      : [],
};
