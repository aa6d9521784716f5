import { Group, SegmentedControl, Select, Text } from "@mantine/core";
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
import { NarrowingInput } from "@/shared/ui/NarrowingInput";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

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
  const firing = useFiring(projectId);
  return (
    <Page title={projectId ? "Alerts" : "Alerts everywhere"} badge={firing > 0 ? String(firing) : undefined}>
      <AlertTabs at="alerts">
        <Narrow search={search} go={go} />
        {/* others are read from their beginning */}
        <Listed key={JSON.stringify(search)} search={search} />
      </AlertTabs>
    </Page>
  );
}

function Listed({ search }: { search: AlertsSearch }) {
  const { id: projectId } = useProjectOrServer() ?? {};
  const { show = "open", severity, find } = search;
  const wanted = { projectId, states: STATES[show], severities: severity && [severity], text: find };
  const [after, setAfter] = useState<string>();
  const { data, fault, waiting, again } = useAsked({
    query: AlertsDocument,
    variables: { ...wanted, after },
    requestPolicy: "cache-and-network",
  });
  useChanges({
    document: WatchAlertsDocument,
    variables: (position) => ({ projectId, after: position }),
    key: projectId ?? "all",
    again,
  });
  useFresh(again, about("Silence", "AlertNoticeMade"));
  const shown = data?.alerts.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.alerts.pageInfo ?? {};
  return (
    <>
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons height={52} />}
      {shown.length > 0 && (
        <AlertsTable alerts={shown} more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined} />
      )}
      {!waiting && !fault && shown.length === 0 && (severity || find) && (
        <Text size="sm" c="dimmed">
          No alert is like that.
        </Text>
      )}
      {!waiting && !fault && shown.length === 0 && !severity && !find && <Nothing show={search.show} />}
    </>
  );
}

/** How many fire that nobody has silenced, whatever is listed. */
function useFiring(projectId: string | undefined): number {
  const { data, again } = useAsked({ query: AlertsDocument, variables: { projectId, states: ["firing"] } });
  useFresh(again, about("Alert", "Silence"));
  return data?.alerts.edges.filter(({ node }) => !node.silencedUntil).length ?? 0;
}

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
      <NarrowingInput
        label="Find an alert"
        placeholder="Find: a rule, a name …"
        text={search.find}
        go={(find) => go({ ...search, find }, true)}
      />
    </Group>
  );
}
