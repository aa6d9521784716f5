import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { shellRoute } from "@/shared/routing/parents";

export const tokensRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/tokens",
  validateSearch: (search: Record<string, unknown>): { issue?: boolean } =>
    search.issue === true ? { issue: true } : {},
  component: lazyRouteComponent(() => import("./TokensPage"), "TokensPage"),
});

export const shellRoutes = [tokensRoute] as const;
