import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { type KindName, kindNames } from "@/shared/events/kindNames";
import { projectRoute } from "@/shared/routing/parents";

const WHICH = ["open", "ended", "all"] as const;
const TABS = ["commands", "jobs", "events", "network", "ports", "about"] as const;
const MOMENTS = ["BEFORE", "AFTER"] as const;
const ASKED = ["close", "export"] as const;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export type SessionTab = (typeof TABS)[number];
export type ForkMoment = (typeof MOMENTS)[number];

interface SessionsSearch {
  show?: (typeof WHICH)[number];
  open?: boolean;
}

export interface SessionSearch {
  tab?: SessionTab;
  /** Of the time line: what is shown, and the position of the event that is open. */
  kind?: KindName;
  event?: number;
  /** What is asked before it is done. */
  ask?: (typeof ASKED)[number];
  /** Where to fork from: a command, or `now`. */
  fork?: string;
  moment?: ForkMoment;
}

const isFork = (fork: unknown): fork is string => fork === "now" || (typeof fork === "string" && UUID.test(fork));

export const sessionsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions",
  validateSearch: (search: Record<string, unknown>): SessionsSearch => ({
    show: WHICH.find((each) => each === search.show),
    open: search.open === true ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("./SessionsPage"), "SessionsPage"),
});

export const sessionRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session",
  validateSearch: (search: Record<string, unknown>): SessionSearch => ({
    tab: TABS.find((each) => each === search.tab),
    kind: kindNames.find((each) => each === search.kind),
    event: Number.isSafeInteger(search.event) && Number(search.event) > 0 ? Number(search.event) : undefined,
    ask: ASKED.find((each) => each === search.ask),
    fork: isFork(search.fork) ? search.fork : undefined,
    moment: MOMENTS.find((each) => each === search.moment),
  }),
  component: lazyRouteComponent(() => import("./SessionPage"), "SessionPage"),
});

export const projectRoutes = [sessionsRoute, sessionRoute] as const;
