import { BudgetsView } from "./components/BudgetsView";
import { budgetsRoute, serverBudgetsRoute } from "./routes";
import type { BudgetsSearch } from "./search";

export function BudgetsPage() {
  const search = budgetsRoute.useSearch();
  const navigate = budgetsRoute.useNavigate();
  const go = (next: BudgetsSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <BudgetsView search={search} go={go} />;
}

export function ServerBudgetsPage() {
  const search = serverBudgetsRoute.useSearch();
  const navigate = serverBudgetsRoute.useNavigate();
  const go = (next: BudgetsSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <BudgetsView search={search} go={go} />;
}
