import { feature as alerts } from "@/features/alerts/feature";
import { projectRoutes as alertsOfProject, shellRoutes as alertPages } from "@/features/alerts/routes";
import { feature as budgets } from "@/features/budgets/feature";
import { projectRoutes as budgetsOfProject, shellRoutes as budgetPages } from "@/features/budgets/routes";
import { projectRoutes as changesPages } from "@/features/changes/routes";
import { projectRoutes as commandPages } from "@/features/commands/routes";
import { projectRoutes as filePages } from "@/features/files/routes";
import { feature as home } from "@/features/home/feature";
import { shellRoutes as homePages } from "@/features/home/routes";
import { feature as log } from "@/features/log/feature";
import { projectRoutes as logOfProject, shellRoutes as logPages } from "@/features/log/routes";
import { feature as personas } from "@/features/personas/feature";
import { projectRoutes as personaPages } from "@/features/personas/routes";
import { feature as projects } from "@/features/projects/feature";
import { projectRoutes as projectPages, shellRoutes as projectLists } from "@/features/projects/routes";
import { projectRoutes as replayPages } from "@/features/replay/routes";
import { feature as reports } from "@/features/reports/feature";
import { projectRoutes as reportPages } from "@/features/reports/routes";
import { feature as search } from "@/features/search/feature";
import { projectRoutes as searchOfProject, shellRoutes as searchPages } from "@/features/search/routes";
import { feature as sessions } from "@/features/sessions/feature";
import { projectRoutes as sessionPages } from "@/features/sessions/routes";
import { feature as settings } from "@/features/settings/feature";
import { shellRoutes as settingsPages } from "@/features/settings/routes";
import { feature as tasks } from "@/features/tasks/feature";
import { projectRoutes as taskPages } from "@/features/tasks/routes";
import { feature as tokens } from "@/features/tokens/feature";
import { shellRoutes as tokenPages } from "@/features/tokens/routes";
import { feature as usage } from "@/features/usage/feature";
import { projectRoutes as usagePages } from "@/features/usage/routes";
import { feature as workers } from "@/features/workers/feature";
import { shellRoutes as workerPages } from "@/features/workers/routes";
import type { Feature } from "@/shared/feature";

/** What each feature adds to the frame. */
export const features: readonly Feature[] = [
  // one a line
  home,
  projects,
  tasks,
  sessions,
  search,
  reports,
  budgets,
  alerts,
  personas,
  usage,
  log,
  workers,
  tokens,
  settings,
];

/** Pages of the server as a whole. */
export const shellRoutes = [
  // one a line
  ...homePages,
  ...projectLists,
  ...searchPages,
  ...budgetPages,
  ...alertPages,
  ...logPages,
  ...workerPages,
  ...tokenPages,
  ...settingsPages,
];

/** Pages of one project. */
export const projectRoutes = [
  // one a line
  ...projectPages,
  ...taskPages,
  ...usagePages,
  ...sessionPages,
  ...commandPages,
  ...filePages,
  ...searchOfProject,
  ...reportPages,
  ...budgetsOfProject,
  ...alertsOfProject,
  ...changesPages,
  ...logOfProject,
  ...personaPages,
  ...replayPages,
];
