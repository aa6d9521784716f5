import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute, shellRoute } from "@/shared/routing/parents";

import { validateSearch } from "./reading/search";

export const logRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/log",
  validateSearch,
  component: lazyRouteComponent(() => import("./LogPage"), "LogPage"),
});

export const projectLogRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/log",
  validateSearch,
  component: lazyRouteComponent(() => import("./LogPage"), "ProjectLogPage"),
});

const proofRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/log/proof",
  component: lazyRouteComponent(() => import("./ProofPage"), "ProofPage"),
});

export const shellRoutes = [logRoute, proofRoute] as const;
export const projectRoutes = [projectLogRoute] as const;
