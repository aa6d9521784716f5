import { IconSearch } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [
    { of: "server", label: "Search", icon: IconSearch, to: "/search", order: 25, scope: "session:read", key: "f" },
    { of: "project", label: "Search", icon: IconSearch, to: "/search", order: 25, scope: "session:read" },
  ],
};
