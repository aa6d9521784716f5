import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

interface PersonasSearch {
  retired?: boolean;
  define?: boolean;
  /** The id of the one that is changed. */
  edit?: string;
}

export const personasRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/personas",
  validateSearch: (search: Record<string, unknown>): PersonasSearch => ({
    ...(search.retired === true && { retired: true }),
    ...(search.define === true && { define: true }),
    ...(typeof search.edit === "string" && { edit: search.edit }),
  }),
  component: lazyRouteComponent(() => import("./PersonasPage"), "PersonasPage"),
});

export const projectRoutes = [personasRoute] as const;
