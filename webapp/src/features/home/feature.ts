import { IconHome } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [{ of: "server", label: "Home", icon: IconHome, to: "/", order: 10, key: "h" }],
};
