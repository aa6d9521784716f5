import { feature as home } from "@/features/home/feature";
import { shellRoutes as homePages } from "@/features/home/routes";
import { feature as projects } from "@/features/projects/feature";
import { projectRoutes as projectPages, shellRoutes as projectLists } from "@/features/projects/routes";
import { feature as sessions } from "@/features/sessions/feature";
import { projectRoutes as sessionPages } from "@/features/sessions/routes";
import type { Feature } from "@/shared/feature";

/** Every feature is listed once in each of these. */
export const features: readonly Feature[] = [home, projects, sessions];

/** Pages of the server as a whole. */
export const shellRoutes = [...homePages, ...projectLists];

/** Pages of one project. */
export const projectRoutes = [...projectPages, ...sessionPages];
