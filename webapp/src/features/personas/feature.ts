import { IconUserCog } from "@tabler/icons-react";

import type { Feature } from "@/shared/feature";

export const feature: Feature = {
  nav: [{ of: "project", label: "Personas", icon: IconUserCog, to: "/personas", order: 80, scope: "project:read" }],
};
