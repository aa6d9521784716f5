import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute, shellRoute } from "@/shared/routing/parents";

export const projectsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/projects",
  validateSearch: (search: Record<string, unknown>): { add?: boolean } => (search.add === true ? { add: true } : {}),
  component: lazyRouteComponent(() => import("./ProjectsPage"), "ProjectsPage"),
});

const overviewRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./ProjectPage"), "ProjectPage"),
});

const settingsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/settings",
  component: lazyRouteComponent(() => import("./SettingsPage"), "SettingsPage"),
});

export const shellRoutes = [projectsRoute] as const;
export const projectRoutes = [overviewRoute, settingsRoute] as const;
