import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

const WHICH = ["open", "ended", "all"] as const;

interface SessionsSearch {
  show?: (typeof WHICH)[number];
  open?: boolean;
}

export const sessionsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions",
  validateSearch: (search: Record<string, unknown>): SessionsSearch => ({
    show: WHICH.find((each) => each === search.show),
    open: search.open === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("./SessionsPage"), "SessionsPage"),
});

export const projectRoutes = [sessionsRoute] as const;
