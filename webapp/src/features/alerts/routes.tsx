import { createRoute, lazyRouteComponent } from "@tanstack/react-router";

import { projectRoute, shellRoute } from "@/shared/routing/parents";

import { alertSearch, alertsSearch, ruleSearch, rulesSearch, silencesSearch } from "./search";

const list = () => import("./AlertsPage");
const one = () => import("./AlertPage");
const rules = () => import("./RulesPage");
const rule = () => import("./RulePage");
const silences = () => import("./SilencesPage");

export const alertsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/alerts",
  validateSearch: alertsSearch,
  component: lazyRouteComponent(list, "AlertsPage"),
});

export const alertRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/alerts/$alert",
  validateSearch: alertSearch,
  component: lazyRouteComponent(one, "AlertPage"),
});

export const rulesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/alerts/rules",
  validateSearch: rulesSearch,
  component: lazyRouteComponent(rules, "RulesPage"),
});

export const ruleRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/alerts/rules/$rule",
  validateSearch: ruleSearch,
  component: lazyRouteComponent(rule, "RulePage"),
});

export const silencesRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/alerts/silences",
  validateSearch: silencesSearch,
  component: lazyRouteComponent(silences, "SilencesPage"),
});

export const serverAlertsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/alerts",
  validateSearch: alertsSearch,
  component: lazyRouteComponent(list, "ServerAlertsPage"),
});

export const serverAlertRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/alerts/$alert",
  validateSearch: alertSearch,
  component: lazyRouteComponent(one, "ServerAlertPage"),
});

export const serverRulesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/alerts/rules",
  validateSearch: rulesSearch,
  component: lazyRouteComponent(rules, "ServerRulesPage"),
});

export const serverRuleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/alerts/rules/$rule",
  validateSearch: ruleSearch,
  component: lazyRouteComponent(rule, "ServerRulePage"),
});

export const serverSilencesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/alerts/silences",
  validateSearch: silencesSearch,
  component: lazyRouteComponent(silences, "ServerSilencesPage"),
});

export const projectRoutes = [alertsRoute, alertRoute, rulesRoute, ruleRoute, silencesRoute] as const;
export const shellRoutes = [
  serverAlertsRoute,
  serverAlertRoute,
  serverRulesRoute,
  serverRuleRoute,
  serverSilencesRoute,
] as const;
