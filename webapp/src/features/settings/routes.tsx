import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "@/shared/routing/parents";

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./SettingsPage"), "SettingsPage"),
});

export const shellRoutes = [settingsRoute] as const;
