import { IconKey, IconPlus } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [{ of: "server", label: "Tokens", icon: IconKey, to: "/tokens", order: 80, scope: "token:read", key: "k" }],
  commands: ({ go, may }) =>
    may("token:write")
      ? [
          {
            id: "issue token",
            label: "Issue a token",
            icon: IconPlus,
            keywords: ["api", "key", "secret", "qd"],
            run: () => go("/tokens?issue=true"),
          },
        ]
      : [],
};
