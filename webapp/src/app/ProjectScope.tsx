import { IconFolderQuestion } from "@tabler/icons-react";
import { Outlet } from "@tanstack/react-router";

import { projectOf } from "@/shared/projects/slugs";
import { ProjectContext, useProjects } from "@/shared/projects/useProjects";
import { ButtonLink } from "@/shared/routing/links";
import { projectRoute } from "@/shared/routing/parents";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { CanonicalIds } from "./ids/CanonicalIds";

/** Finds the project that the address names, for all pages below it. */
export function ProjectScope() {
  const { project: slug } = projectRoute.useParams();
  const { projects, slugOf, waiting, fault, again } = useProjects();
  if (waiting) return <Skeletons />;
  const project = projectOf(slug, projects);
  if (project)
    return (
      <ProjectContext value={{ ...project, slug: slugOf(project) }}>
        <CanonicalIds project={{ named: slug, id: project.id, slug: slugOf(project) }}>
          <Outlet />
        </CanonicalIds>
      </ProjectContext>
    );
  if (fault) return <Failure fault={fault} again={again} />;
  return (
    <Page title="No such project">
      <Empty
        icon={IconFolderQuestion}
        title="No project has this name or id"
        command="qd project list"
        action={<ButtonLink to="/projects">To the projects</ButtonLink>}
      >
        It may have been renamed, or you may not be a member of it. Several projects may have the same name: then each
        is found by its id.
      </Empty>
    </Page>
  );
}
