import { createContext, use } from "react";

import { useAsked } from "@/shared/graphql/useAsked";

import type { ProjectRowFragment } from "./ProjectRow.generated";
import { ProjectsDocument } from "./Projects.generated";
import { slugOf } from "./slugs";

/** All projects that the viewer may see, and how asking for them goes. */
export function useProjects() {
  const asked = useAsked({ query: ProjectsDocument });
  const projects = asked.data?.projects.edges.map((edge) => edge.node) ?? [];
  return { ...asked, projects, slugOf: (project: { id: string; name: string }) => slugOf(project, projects) };
}

export interface CurrentProject extends ProjectRowFragment {
  /** That stands for it in addresses. */
  readonly slug: string;
}

export const ProjectContext = createContext<CurrentProject | undefined>(undefined);

/** The project of this page's address; undefined on pages of the server. */
export const useProjectOrServer = (): CurrentProject | undefined => use(ProjectContext);

/** The project of this page's address. */
export function useProject(): CurrentProject {
  const project = use(ProjectContext);
  if (!project) throw new Error("This page is not below a project.");
  return project;
}
