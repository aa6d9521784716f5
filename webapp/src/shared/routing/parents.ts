import { createRootRoute, createRoute } from "@tanstack/react-router";

/** What features hang their routes on; app gives these their looks. */
export const rootRoute = createRootRoute();

/** Pages with the frame around them, for who is logged in. */
export const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: "shell" });

/** Pages of one project, which is in the address by its name, or by its id where several have that. */
export const projectRoute = createRoute({ getParentRoute: () => shellRoute, path: "/p/$project" });
