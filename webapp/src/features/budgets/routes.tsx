import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute, shellRoute } from "@/shared/routing/parents";

import { budgetSearch, budgetsSearch } from "./search";

const list = () => import("./BudgetsPage");
const one = () => import("./BudgetPage");

export const budgetsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/budgets",
  validateSearch: budgetsSearch,
  component: lazyRouteComponent(list, "BudgetsPage"),
});

export const budgetRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/budgets/$budget",
  validateSearch: budgetSearch,
  component: lazyRouteComponent(one, "BudgetPage"),
});

export const serverBudgetsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/budgets",
  validateSearch: budgetsSearch,
  component: lazyRouteComponent(list, "ServerBudgetsPage"),
});

export const serverBudgetRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/budgets/$budget",
  validateSearch: budgetSearch,
  component: lazyRouteComponent(one, "ServerBudgetPage"),
});

export const projectRoutes = [budgetsRoute, budgetRoute] as const;
export const shellRoutes = [serverBudgetsRoute, serverBudgetRoute] as const;
