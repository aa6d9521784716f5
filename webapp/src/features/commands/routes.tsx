import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

const VIEWS = ["terminal", "text"] as const;

export const commandRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session/commands/$command",
  validateSearch: (search: Record<string, unknown>): { view?: (typeof VIEWS)[number] } => ({
    view: VIEWS.find((each) => each === search.view),
  }),
  component: lazyRouteComponent(() => import("./CommandPage"), "CommandPage"),
});

export const projectRoutes = [commandRoute] as const;
