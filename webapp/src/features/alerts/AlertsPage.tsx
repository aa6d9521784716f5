import { AlertsView } from "./components/AlertsView";
import { alertsRoute, serverAlertsRoute } from "./routes";
import type { AlertsSearch } from "./search";

export function AlertsPage() {
  const search = alertsRoute.useSearch();
  const navigate = alertsRoute.useNavigate();
  const go = (next: AlertsSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <AlertsView search={search} go={go} />;
}

export function ServerAlertsPage() {
  const search = serverAlertsRoute.useSearch();
  const navigate = serverAlertsRoute.useNavigate();
  const go = (next: AlertsSearch, replace = false) => void navigate({ search: next, replace, resetScroll: false });
  return <AlertsView search={search} go={go} />;
}
