import { AlertView } from "./components/AlertView";
import { alertRoute, serverAlertRoute } from "./routes";
import type { AlertSearch } from "./search";

export function AlertPage() {
  const { alert: uuid } = alertRoute.useParams();
  const navigate = alertRoute.useNavigate();
  const go = (search: AlertSearch) => void navigate({ search, resetScroll: false });
  return <AlertView uuid={uuid} search={alertRoute.useSearch()} go={go} />;
}

export function ServerAlertPage() {
  const { alert: uuid } = serverAlertRoute.useParams();
  const navigate = serverAlertRoute.useNavigate();
  const go = (search: AlertSearch) => void navigate({ search, resetScroll: false });
  return <AlertView uuid={uuid} search={serverAlertRoute.useSearch()} go={go} />;
}
