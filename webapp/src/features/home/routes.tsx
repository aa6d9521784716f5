import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "@/shared/routing/parents";

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  component: lazyRouteComponent(() => import("./HomePage"), "HomePage"),
});

export const shellRoutes = [homeRoute] as const;
