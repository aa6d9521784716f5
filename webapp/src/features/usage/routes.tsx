import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

import { validateSearch } from "./search";

export const usageRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/usage",
  validateSearch,
  component: lazyRouteComponent(() => import("./UsagePage"), "UsagePage"),
});

interface PricesSearch {
  /** Whether they are being changed. */
  revise?: true;
}

export const pricesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/prices",
  validateSearch: (search: Record<string, unknown>): PricesSearch => ({
    ...(search.revise === true && { revise: true }),
  }),
  component: lazyRouteComponent(() => import("./PricesPage"), "PricesPage"),
});

export const projectRoutes = [usageRoute, pricesRoute] as const;
