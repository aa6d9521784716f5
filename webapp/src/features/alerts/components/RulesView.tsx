import { Button } from "@mantine/core";
import { IconBell, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { uuidOf } from "@/shared/text/ids";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import { AlertRulesDocument } from "../api/AlertRules.generated";
import type { AlertRuleWholeFragment } from "../api/AlertRuleWhole.generated";
import { SEVERITY } from "../looks";
import { saidOf } from "../rules";
import type { RulesSearch } from "../search";
import { AlertTabs } from "./AlertTabs";
import { RuleForm } from "./RuleForm";

interface RulesViewProps {
  search: RulesSearch;
  go: (search: RulesSearch, replace?: boolean) => void;
}

const columns = (slug: string | undefined): Column<AlertRuleWholeFragment>[] => [
  {
    key: "name",
    header: "Rule",
    cell: (rule) => (
      <HrefLink href={`${nounAddress(slug, "alerts")}/rules/${uuidOf(rule.id)}`} fw={500} size="sm">
        <SafeText text={rule.name} />
      </HrefLink>
    ),
  },
  {
    key: "severity",
    header: "Severity",
    width: "6rem",
    priority: 2,
    cell: (rule) => <Status {...SEVERITY[rule.severity]} />,
  },
  { key: "when", header: "When", width: "minmax(0, 2.5fr)", cell: (rule) => <SafeText text={saidOf(rule)} /> },
  {
    key: "tells",
    header: "Tells",
    width: "minmax(0, 1.5fr)",
    priority: 2,
    cell: (rule) => <SafeText text={[...rule.mail, ...rule.webhooks].join(", ") || "nobody"} />,
  },
  ...(slug === undefined
    ? [
        {
          key: "project",
          header: "Project",
          priority: 3 as const,
          cell: (rule: AlertRuleWholeFragment) =>
            rule.project ? <SafeText text={rule.project.name} /> : "the whole server",
        },
      ]
    : []),
  { key: "set", header: "Set", width: "6rem", priority: 3, cell: (rule) => <Time at={rule.setAt} /> },
];

/** Rules of a project, or all that the viewer sees; a new one there is of the whole server. */
export function RulesView({ search, go }: RulesViewProps) {
  const { id: projectId, slug } = useProjectOrServer() ?? {};
  const { viewer, may } = useViewer();
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: AlertRulesDocument,
    variables: { projectId, after },
    requestPolicy: "cache-and-network",
  });
  useFresh(again, about("AlertRule"));
  const rules = data?.alertRules.edges.map((edge) => edge.node).filter((each) => !each.removedAt) ?? [];
  const { hasNextPage, endCursor } = data?.alertRules.pageInfo ?? {};
  const maySet = may("alert:write") && (projectId !== undefined || viewer?.admin === true);
  const button = maySet && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => go({ set: true })}>
      {projectId ? "Set a rule" : "Set a rule of the server"}
    </Button>
  );
  return (
    <Page title="Alert rules" actions={rules.length > 0 && button}>
      <AlertTabs at="rules">
        {fault && <Failure fault={fault} again={again} />}
        {waiting && <Skeletons />}
        {rules.length > 0 && (
          <DataTable
            label="Alert rules"
            columns={columns(slug)}
            rows={rules}
            rowKey={(rule) => rule.id}
            more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
          />
        )}
        {!waiting && !fault && rules.length === 0 && (
          <Empty
            icon={IconBell}
            title="No rule yet"
            command="qd alert rule set failing --kind error-ratio --measure command-duration --above 0.2"
            action={button}
          >
            A rule says what is looked at, from when on it is too much, and who is told: by mail, or by a signed call of
            a webhook.
          </Empty>
        )}
        {search.set && maySet && <RuleForm rule={undefined} close={() => go({}, true)} />}
      </AlertTabs>
    </Page>
  );
}
