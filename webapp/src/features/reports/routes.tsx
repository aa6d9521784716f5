import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import type { ReportCadence, Weekday } from "@/shared/graphql/schema.generated";
import { projectRoute } from "@/shared/routing/parents";

import { CADENCES, WEEKDAYS } from "./words";

export const FORMS = ["page", "text", "tables", "figures"] as const;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** What of a report is looked at. */
export interface PreviewSearch {
  /** In the period; undefined: the last one that has ended. */
  day?: string;
  form?: (typeof FORMS)[number];
}

const preview = ({ day, form }: Record<string, unknown>): PreviewSearch => ({
  day: typeof day === "string" && DAY.test(day) ? day : undefined,
  form: FORMS.find((each) => each === form),
});

export const reportsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/reports",
  validateSearch: (search: Record<string, unknown>): { set?: boolean } => (search.set === true ? { set: true } : {}),
  component: lazyRouteComponent(() => import("./ReportsPage"), "ReportsPage"),
});

export interface ScheduleSearch extends PreviewSearch {
  every?: ReportCadence;
  weekStarts?: Weekday;
  zone?: string;
}

export const previewRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/reports/preview",
  validateSearch: (search: Record<string, unknown>): ScheduleSearch => ({
    ...preview(search),
    every: CADENCES.find(({ value }) => value === search.every)?.value,
    weekStarts: WEEKDAYS.find(({ value }) => value === search.weekStarts)?.value,
    zone: typeof search.zone === "string" ? search.zone : undefined,
  }),
  component: lazyRouteComponent(() => import("./PreviewPage"), "PreviewPage"),
});

const ASKED = ["change", "send", "remove"] as const;

export interface ReportSearch extends PreviewSearch {
  ask?: (typeof ASKED)[number];
}

export const reportRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/reports/$report",
  validateSearch: (search: Record<string, unknown>): ReportSearch => ({
    ...preview(search),
    ask: ASKED.find((each) => each === search.ask),
  }),
  component: lazyRouteComponent(() => import("./ReportPage"), "ReportPage"),
});

export const projectRoutes = [reportsRoute, previewRoute, reportRoute] as const;
