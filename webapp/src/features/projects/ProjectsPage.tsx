import { Badge, Button } from "@mantine/core";
import { IconFolders, IconPlus } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import type { ProjectRowFragment } from "@/shared/projects/ProjectRow.generated";
import { useProjects } from "@/shared/projects/useProjects";
import { TextLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { CopyId } from "@/shared/ui/CopyId";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import { AddProject } from "./components/AddProject";
import { projectsRoute } from "./routes";

const columns = (slugOf: (project: ProjectRowFragment) => string): Column<ProjectRowFragment>[] => [
  {
    key: "name",
    header: "Name",
    cell: (project) => (
      <>
        <TextLink to="/p/$project" params={{ project: slugOf(project) }} fw={500}>
          <SafeText text={project.name} />
        </TextLink>{" "}
        {project.archived && (
          <Badge size="xs" variant="default">
            archived
          </Badge>
        )}
      </>
    ),
  },
  {
    key: "repository",
    header: "Repository",
    width: "minmax(0, 2fr)",
    priority: 2,
    cell: (project) => <SafeText text={project.repository} />,
  },
  {
    key: "branch",
    header: "Branch",
    width: "8rem",
    priority: 3,
    cell: (project) => <SafeText text={project.defaultBranch} />,
  },
  { key: "created", header: "Created", width: "7rem", cell: (project) => <Time at={project.createdAt} /> },
  {
    key: "id",
    header: "Id",
    width: "6.5rem",
    priority: 3,
    cell: (project) => <CopyId id={project.id} label="project id" />,
  },
];

export function ProjectsPage() {
  const { add = false } = projectsRoute.useSearch();
  const navigate = projectsRoute.useNavigate();
  const { may } = useViewer();
  const { projects, slugOf, waiting, fault, again } = useProjects();
  useFresh(again, about("Project"));
  const open = (next: boolean) => void navigate({ search: next ? { add: true } : {}, replace: !next });
  const button = may("project:write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => open(true)}>
      Add a project
    </Button>
  );
  return (
    <Page title="Projects" actions={projects.length > 0 && button}>
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons />}
      {!waiting && projects.length > 0 && (
        <DataTable label="Projects" columns={columns(slugOf)} rows={projects} rowKey={(project) => project.id} />
      )}
      {!waiting && !fault && projects.length === 0 && (
        <Empty icon={IconFolders} title="No project yet" command="qd project add PATH-OR-URL" action={button}>
          A project is a git repository that sessions work on. Each session gets a copy of its own; the repository stays
          as it is.
        </Empty>
      )}
      <AddProject opened={add} onClose={() => open(false)} />
    </Page>
  );
}
