import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

const VIEWS = ["terminal", "text"] as const;

interface CommandSearch {
  view?: (typeof VIEWS)[number];
  /** A byte of the output, whose line is gone to. */
  from?: number;
}

export const commandRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session/commands/$command",
  validateSearch: (search: Record<string, unknown>): CommandSearch => ({
    view: VIEWS.find((each) => each === search.view),
    from: Number.isSafeInteger(search.from) && Number(search.from) >= 0 ? Number(search.from) : undefined,
  }),
  component: lazyRouteComponent(() => import("./CommandPage"), "CommandPage"),
});

export const projectRoutes = [commandRoute] as const;
