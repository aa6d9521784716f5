import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

import { validateSearch } from "./search";
import { validateTaskSearch } from "./taskSearch";

export const tasksRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/tasks",
  validateSearch,
  component: lazyRouteComponent(() => import("./TasksPage"), "TasksPage"),
});

export const taskRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/tasks/$number",
  validateSearch: validateTaskSearch,
  component: lazyRouteComponent(() => import("./TaskPage"), "TaskPage"),
});

export const projectRoutes = [tasksRoute, taskRoute] as const;
