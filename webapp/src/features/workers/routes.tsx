import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "@/shared/routing/parents";

export const workersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/workers",
  validateSearch: (search: Record<string, unknown>): { check?: string } =>
    typeof search.check === "string" && /^[\da-f-]{36}$/.test(search.check) ? { check: search.check } : {},
  component: lazyRouteComponent(() => import("./WorkersPage"), "WorkersPage"),
});

export const shellRoutes = [workersRoute] as const;
