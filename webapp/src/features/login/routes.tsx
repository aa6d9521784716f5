import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { rootRoute } from "@/shared/routing/parents";

/** Where to go afterwards: a path of this server, whatever the address says. */
function pathOf(value: unknown): string | undefined {
  return typeof value === "string" && /^\/(?![/\\])/u.test(value) ? value : undefined;
}

export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/login",
  validateSearch: (search: Record<string, unknown>): { back?: string } => {
    const back = pathOf(search.back);
    return back ? { back } : {};
  },
  component: lazyRouteComponent(() => import("./LoginPage"), "LoginPage"),
});
