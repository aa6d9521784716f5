import { Button, Group, SegmentedControl, Text, TextInput } from "@mantine/core";
import { IconCoin, IconPlus } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { ButtonLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { useChanges } from "@/shared/streams/useChanges";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { BudgetsDocument } from "../api/Budgets.generated";
import { WatchBudgetsDocument } from "../api/WatchBudgets.generated";
import type { BudgetsSearch } from "../search";
import { chosen, sorted, stateOf } from "../words";
import { Asking } from "./Asking";
import { BudgetForm } from "./BudgetForm";
import { BudgetsTable } from "./BudgetsTable";

interface BudgetsViewProps {
  search: BudgetsSearch;
  go: (search: BudgetsSearch, replace?: boolean) => void;
}

/** Budgets of a project, or those over all: what needs somebody first, as they are now. */
export function BudgetsView({ search, go }: BudgetsViewProps) {
  const { id: projectId } = useProjectOrServer() ?? {};
  const { viewer, may } = useViewer();
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: BudgetsDocument,
    variables: { projectId, after },
    requestPolicy: "cache-and-network",
  });
  useChanges({
    document: WatchBudgetsDocument,
    variables: (position) => ({ projectId: projectId ?? "", after: position }),
    key: projectId,
    again,
  });
  useFresh(again, (event) => !projectId && about("Budget")(event));
  const known = data?.budgets.edges.map((edge) => edge.node).filter((each) => !each.removedAt) ?? [];
  const { hasNextPage, endCursor } = data?.budgets.pageInfo ?? {};
  const shown = sorted(chosen(known, search.show ?? "all", search.find ?? ""));
  const asking = known.filter((each) => stateOf(each) === "asks");
  const button = may("budget:write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => go({ ...search, set: true })}>
      Set a budget
    </Button>
  );
  return (
    <Page
      title={projectId ? "Budgets" : "Budgets over all projects"}
      badge={asking.length > 0 ? String(asking.length) : undefined}
      actions={
        <>
          {projectId && viewer?.admin && (
            <ButtonLink to="/budgets" variant="default">
              Over all projects
            </ButtonLink>
          )}
          {known.length > 0 && button}
        </>
      }
    >
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons height={52} />}
      {asking.map((budget) => (
        <Asking key={budget.id} budget={budget} />
      ))}
      {known.length > 0 && <Narrow search={search} go={go} />}
      {shown.length > 0 && (
        <BudgetsTable budgets={shown} more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined} />
      )}
      {known.length > 0 && shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {search.find ? "No budget has these words." : "No budget is near its limit."}
        </Text>
      )}
      {!waiting && !fault && known.length === 0 && (
        <Empty
          icon={IconCoin}
          title="Nothing is limited yet"
          command={`qd budget set --usd 20 --every month${projectId ? "" : " --all-projects"}`}
          action={button}
        >
          A budget says how many dollars or tokens may be spent in a day, a week, a month or in all. When it is used up,
          sessions stand still until somebody answers.
        </Empty>
      )}
      {search.set && (
        <BudgetForm known={known} budget={undefined} close={() => go({ ...search, set: undefined }, true)} />
      )}
    </Page>
  );
}

function Narrow({ search, go }: BudgetsViewProps) {
  return (
    <Group gap="sm">
      <SegmentedControl
        size="xs"
        aria-label="Which budgets"
        value={search.show ?? "all"}
        onChange={(show) => go({ ...search, show: show === "urgent" ? show : undefined })}
        data={[
          { value: "all", label: "All" },
          { value: "urgent", label: "Near or beyond" },
        ]}
      />
      <TextInput
        size="xs"
        aria-label="Find a budget"
        placeholder="Find: reviewer, a week …"
        value={search.find ?? ""}
        onChange={(event) => go({ ...search, find: event.currentTarget.value || undefined }, true)}
      />
    </Group>
  );
}
