import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute } from "@/shared/routing/parents";

import { SPEEDS } from "./core/clock";

const PANELS = ["events", "files", "state"] as const;
const LONGEST = 80;
const COMMAND = /^c\d{1,9}$/;

export type Panel = (typeof PANELS)[number];

export interface ReplaySearch {
  /** A place: a time, a position of the log, a command with or without an offset, `start` or `end`. */
  at?: string | number;
  /** The command that is looked at, by its number, as `c3`. */
  command?: string;
  speed?: number;
  /** False: pauses are as long as they were. */
  idle?: boolean;
  panel?: Panel;
}

const isPlace = (at: unknown): at is string | number =>
  (typeof at === "string" && at.length <= LONGEST) || (typeof at === "number" && at >= 0);

export const replayRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/sessions/$session/replay",
  validateSearch: ({ at, command, speed, idle, panel }: Record<string, unknown>): ReplaySearch => ({
    at: isPlace(at) ? at : undefined,
    command: typeof command === "string" && COMMAND.test(command) ? command : undefined,
    speed: SPEEDS.find((each) => each === speed),
    idle: idle === false ? false : undefined,
    panel: PANELS.find((each) => each === panel),
  }),
  component: lazyRouteComponent(() => import("./ReplayPage"), "ReplayPage"),
});

export const projectRoutes = [replayRoute] as const;
