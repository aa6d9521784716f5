import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute, shellRoute } from "@/shared/routing/parents";

import { validateSearch } from "./asked";

export const searchRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/search",
  validateSearch,
  component: lazyRouteComponent(() => import("./SearchPage"), "SearchPage"),
});

export const projectSearchRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/search",
  validateSearch,
  component: lazyRouteComponent(() => import("./SearchPage"), "ProjectSearchPage"),
});

export const shellRoutes = [searchRoute] as const;
export const projectRoutes = [projectSearchRoute] as const;
