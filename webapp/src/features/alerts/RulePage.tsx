import { RuleView } from "./components/RuleView";
import { ruleRoute, serverRuleRoute } from "./routes";
import type { RuleSearch } from "./search";

export function RulePage() {
  const { rule: uuid } = ruleRoute.useParams();
  const navigate = ruleRoute.useNavigate();
  const go = (search: RuleSearch) => void navigate({ search, resetScroll: false });
  return <RuleView uuid={uuid} search={ruleRoute.useSearch()} go={go} />;
}

export function ServerRulePage() {
  const { rule: uuid } = serverRuleRoute.useParams();
  const navigate = serverRuleRoute.useNavigate();
  const go = (search: RuleSearch) => void navigate({ search, resetScroll: false });
  return <RuleView uuid={uuid} search={serverRuleRoute.useSearch()} go={go} />;
}
