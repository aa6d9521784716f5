import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { DiffLayout } from "@/shared/diff/rows";
import { projectRoute } from "@/shared/routing/parents";

import { pointIn } from "./points";

const VIEWS: readonly DiffLayout[] = ["split", "unified"];

interface DiffSearch {
  /** The file to begin at. */
  path?: string;
  view?: DiffLayout;
}

export interface ChangesSearch extends DiffSearch {
  /** A command's UUID or a tree's name; without: what it started with, and the newest. */
  from?: string;
  to?: string;
  show?: "snapshots";
  /** What is asked before it is done: a command, and whether its files before or after it are meant. */
  restore?: string;
  moment?: "BEFORE";
}

const diffSearch = (search: Record<string, unknown>): DiffSearch => ({
  // a path of digits is read as a number
  path: typeof search.path === "string" || typeof search.path === "number" ? String(search.path) : undefined,
  view: VIEWS.find((each) => each === search.view),
});

export const changesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session/changes",
  validateSearch: (search: Record<string, unknown>): ChangesSearch => ({
    ...diffSearch(search),
    from: pointIn(search.from),
    to: pointIn(search.to),
    show: search.show === "snapshots" ? search.show : undefined,
    restore: pointIn(search.restore),
    moment: search.moment === "BEFORE" ? search.moment : undefined,
  }),
  component: lazyRouteComponent(() => import("./ChangesPage"), "ChangesPage"),
});

export interface CompareSearch extends DiffSearch {
  /** The other session's UUID. */
  with?: string;
  /** Points of this one and of the other; without: their newest. */
  at?: string;
  withAt?: string;
}

export const compareRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session/compare",
  validateSearch: (search: Record<string, unknown>): CompareSearch => ({
    ...diffSearch(search),
    with: pointIn(search.with),
    at: pointIn(search.at),
    withAt: pointIn(search.withAt),
  }),
  component: lazyRouteComponent(() => import("./ComparePage"), "ComparePage"),
});

export const projectRoutes = [changesRoute, compareRoute] as const;
