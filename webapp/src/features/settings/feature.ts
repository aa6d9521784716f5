import { IconSettings } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [{ of: "server", label: "Settings", icon: IconSettings, to: "/settings", order: 90 }],
};
