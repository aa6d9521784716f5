import { IconChecklist, IconPlus } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [{ of: "project", label: "Tasks", icon: IconChecklist, to: "/tasks", order: 15, scope: "task:read", key: "t" }],
  commands: ({ project, go, may }) =>
    project && may("task:write")
      ? [
          {
            id: "add task",
            label: "Add a task",
            icon: IconPlus,
            keywords: ["new", "create", "issue"],
            run: () => go(`/p/${encodeURIComponent(project)}/tasks?ask=create`),
          },
        ]
      : [],
};
