import { SilencesView } from "./components/SilencesView";
import { silencesRoute, serverSilencesRoute } from "./routes";
import type { SilencesSearch } from "./search";

export function SilencesPage() {
  const search = silencesRoute.useSearch();
  const navigate = silencesRoute.useNavigate();
  const go = (next: SilencesSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <SilencesView search={search} go={go} />;
}

export function ServerSilencesPage() {
  const search = serverSilencesRoute.useSearch();
  const navigate = serverSilencesRoute.useNavigate();
  const go = (next: SilencesSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <SilencesView search={search} go={go} />;
}
