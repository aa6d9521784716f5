import { BudgetView } from "./components/BudgetView";
import { budgetRoute, serverBudgetRoute } from "./routes";

export function BudgetPage() {
  const { budget } = budgetRoute.useParams();
  const { ask } = budgetRoute.useSearch();
  const navigate = budgetRoute.useNavigate();
  return <BudgetView uuid={budget} ask={ask} go={(search) => void navigate({ search, replace: !search.ask })} />;
}

export function ServerBudgetPage() {
  const { budget } = serverBudgetRoute.useParams();
  const { ask } = serverBudgetRoute.useSearch();
  const navigate = serverBudgetRoute.useNavigate();
  return <BudgetView uuid={budget} ask={ask} go={(search) => void navigate({ search, replace: !search.ask })} />;
}
