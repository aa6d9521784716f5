import { RulesView } from "./components/RulesView";
import { rulesRoute, serverRulesRoute } from "./routes";
import type { RulesSearch } from "./search";

export function RulesPage() {
  const search = rulesRoute.useSearch();
  const navigate = rulesRoute.useNavigate();
  const go = (next: RulesSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <RulesView search={search} go={go} />;
}

export function ServerRulesPage() {
  const search = serverRulesRoute.useSearch();
  const navigate = serverRulesRoute.useNavigate();
  const go = (next: RulesSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <RulesView search={search} go={go} />;
}
