import { useProject } from "@/shared/projects/useProjects";

import { LogView } from "./components/LogView";
import type { LogSearch } from "./reading/search";
import { logRoute, projectLogRoute } from "./routes";

export function LogPage() {
  const search = logRoute.useSearch();
  const navigate = logRoute.useNavigate();
  const go = (next: LogSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <LogView search={search} go={go} />;
}

export function ProjectLogPage() {
  const project = useProject();
  const search = projectLogRoute.useSearch();
  const navigate = projectLogRoute.useNavigate();
  const go = (next: LogSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <LogView project={project} search={search} go={go} />;
}
