import { createRoute, createRouter } from "@tanstack/react-router";

import { loginRoute } from "@/features/login/routes";
import { projectRoute, rootRoute, shellRoute } from "@/shared/routing/parents";
import { Bug } from "@/shared/ui/Bug";
import { Skeletons } from "@/shared/ui/Skeletons";

import { projectRoutes, shellRoutes } from "./features";
import { NotFound } from "./NotFound";
import { ProjectScope } from "./ProjectScope";
import { Root } from "./Root";
import { Shell } from "./shell/Shell";

rootRoute.update({ component: Root });
shellRoute.update({ component: Shell });
projectRoute.update({ component: ProjectScope });

// an address that nobody has is told within the frame
const unknownRoute = createRoute({ getParentRoute: () => shellRoute, path: "$", component: NotFound });
const unknownOfProjectRoute = createRoute({ getParentRoute: () => projectRoute, path: "$", component: NotFound });

const routeTree = rootRoute.addChildren([
  loginRoute,
  shellRoute.addChildren([
    ...shellRoutes,
    unknownRoute,
    projectRoute.addChildren([...projectRoutes, unknownOfProjectRoute]),
  ]),
]);

export const router = createRouter({
  routeTree,
  defaultPreload: "intent",
  defaultErrorComponent: ({ error, reset }) => <Bug error={error} reset={reset} />,
  defaultNotFoundComponent: NotFound,
  defaultPendingComponent: () => <Skeletons />,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
