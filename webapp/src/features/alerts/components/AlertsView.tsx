import { Group, SegmentedControl, Select, Text, TextInput } from "@mantine/core";
import { IconBell, IconCircleCheck } from "@tabler/icons-react";
import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { useChanges } from "@/shared/streams/useChanges";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import type { AlertRowFragment } from "../api/AlertRow.generated";
import { AlertsDocument } from "../api/Alerts.generated";
import { WatchAlertsDocument } from "../api/WatchAlerts.generated";
import { named, SEVERITIES } from "../kinds";
import type { AlertsSearch } from "../search";
import { AlertsTable } from "./AlertsTable";
import { AlertTabs } from "./AlertTabs";

interface AlertsViewProps {
  search: AlertsSearch;
  go: (search: AlertsSearch, replace?: boolean) => void;
}

const STATES = { open: ["firing", "acknowledged"], over: ["resolved"], all: undefined };

/** Alerts of a project, or of all that the viewer sees, as they are now. */
export function AlertsView({ search, go }: AlertsViewProps) {
  const { id: projectId } = useProjectOrServer() ?? {};
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: AlertsDocument,
    variables: { projectId, states: STATES[search.show ?? "open"], after },
    requestPolicy: "cache-and-network",
  });
  useChanges({
    document: WatchAlertsDocument,
    variables: (position) => ({ projectId, after: position }),
    key: projectId ?? "all",
    again,
  });
  useFresh(again, about("Silence", "AlertNoticeMade"));
  const known = data?.alerts.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.alerts.pageInfo ?? {};
  const shown = known.filter((each) => fits(each, search));
  const firing = known.filter((each) => each.state === "firing" && !each.silencedUntil).length;
  return (
    <Page title={projectId ? "Alerts" : "Alerts everywhere"} badge={firing > 0 ? String(firing) : undefined}>
      <AlertTabs at="alerts">
        <Narrow search={search} go={go} />
        {fault && <Failure fault={fault} again={again} />}
        {waiting && <Skeletons height={52} />}
        {shown.length > 0 && (
          <AlertsTable alerts={shown} more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined} />
        )}
        {known.length > 0 && shown.length === 0 && (
          <Text size="sm" c="dimmed">
            None of these alerts is like that.
          </Text>
        )}
        {!waiting && !fault && known.length === 0 && <Nothing show={search.show} />}
      </AlertTabs>
    </Page>
  );
}

const fits = (alert: AlertRowFragment, { severity, find = "" }: AlertsSearch): boolean =>
  (!severity || alert.severity === severity) &&
  [alert.rule, alert.summary, ...alert.labels.map((each) => each.shown ?? each.value)].some((text) =>
    text.toLowerCase().includes(find.trim().toLowerCase()),
  );

function Nothing({ show }: { show: AlertsSearch["show"] }) {
  const slug = useProjectOrServer()?.slug;
  const open = show === undefined;
  return (
    <Empty
      icon={open ? IconCircleCheck : IconBell}
      title={open ? "Nothing is out of order" : "Nothing was ever out of order"}
      command={open ? "qd alert rule list" : "qd alert rule set NAME --kind error-ratio …"}
      action={<HrefLink href={`${nounAddress(slug, "alerts")}/rules`}>To the rules</HrefLink>}
    >
      Rules say what is looked at, from when on it is too much, and who is told. What they find is listed here while it
      holds.
    </Empty>
  );
}

function Narrow({ search, go }: AlertsViewProps) {
  return (
    <Group gap="sm" mb="sm">
      <SegmentedControl
        size="xs"
        aria-label="Which alerts"
        value={search.show ?? "open"}
        onChange={(show) => go({ ...search, show: show === "over" || show === "all" ? show : undefined })}
        data={[
          { value: "open", label: "Hold now" },
          { value: "over", label: "Over" },
          { value: "all", label: "All" },
        ]}
      />
      <Select
        size="xs"
        w={130}
        aria-label="Severity"
        placeholder="Any severity"
        clearable
        data={SEVERITIES.map((value) => ({ value, label: named(value) }))}
        value={search.severity ?? null}
        onChange={(next) => go({ ...search, severity: SEVERITIES.find((each) => each === next) })}
      />
      <TextInput
        size="xs"
        aria-label="Find an alert"
        placeholder="Find: a rule, a name …"
        value={search.find ?? ""}
        onChange={(event) => go({ ...search, find: event.currentTarget.value || undefined }, true)}
      />
    </Group>
  );
}
