import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

const VIEWS = ["blame", "edit"] as const;
const POINT = /^(?:[0-9a-f]{40}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
const LINES = /^L\d{1,9}(?:-L\d{1,9})?$/;

export interface FilesSearch {
  /** A file, or with a slash at its end a folder. */
  path?: string;
  /** A command that has ended, or a tree; without it it is the newest. */
  at?: string;
  view?: (typeof VIEWS)[number];
  /** `L10` or `L10-L20`. */
  lines?: string;
}

/** A router takes what looks like a number for one. */
const text = (value: unknown): string | undefined =>
  typeof value === "string" || typeof value === "number" ? String(value) || undefined : undefined;

const fitting = (value: unknown, form: RegExp): string | undefined => {
  const given = text(value);
  return given && form.test(given) ? given : undefined;
};

export const filesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session/files",
  validateSearch: (search: Record<string, unknown>): FilesSearch => ({
    path: text(search.path),
    at: fitting(search.at, POINT),
    view: VIEWS.find((each) => each === search.view),
    lines: fitting(search.lines, LINES),
  }),
  component: lazyRouteComponent(() => import("./FilesPage"), "FilesPage"),
});

export const projectRoutes = [filesRoute] as const;
