import { Button, Text } from "@mantine/core";
import { IconBellOff } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProjectOrServer, useProjects } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink, useGo } from "@/shared/routing/HrefLink";
import { visibleText } from "@/shared/text/visible";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import type { AlertRowFragment } from "../api/AlertRow.generated";
import { SEVERITY, stateLook } from "../looks";
import { Labels } from "./Labels";

interface Around {
  slug: string | undefined;
  slugOf: (project: { id: string; name: string }) => string;
  /** Undefined: the viewer may not. */
  acknowledge: ((alert: AlertRowFragment) => void) | undefined;
}

const columns = ({ slug, slugOf, acknowledge }: Around): Column<AlertRowFragment>[] => [
  {
    key: "state",
    header: "State",
    width: "7.5rem",
    cell: (alert) => (
      <>
        <Status {...stateLook(alert.state)} />
        {alert.silencedUntil && (
          <Text size="xs" c="dimmed">
            <IconBellOff size={12} aria-hidden /> silenced
          </Text>
        )}
      </>
    ),
  },
  {
    key: "severity",
    header: "Severity",
    width: "6rem",
    priority: 2,
    cell: (alert) => <Status {...SEVERITY[alert.severity]} />,
  },
  {
    key: "what",
    header: "What",
    width: "minmax(0, 3fr)",
    cell: (alert) => (
      <>
        <HrefLink href={nounAddress(slug, "alerts", alert.id)} fw={500} size="sm">
          <SafeText text={alert.rule} />
        </HrefLink>
        <Text size="xs" c="dimmed">
          <SafeText text={alert.summary} />
        </Text>
      </>
    ),
  },
  {
    key: "about",
    header: "About",
    width: "minmax(0, 2fr)",
    priority: 2,
    cell: (alert) => <Labels labels={alert.labels} slug={alert.project ? slugOf(alert.project) : undefined} />,
  },
  ...(slug === undefined
    ? [
        {
          key: "project",
          header: "Project",
          priority: 3 as const,
          cell: (alert: AlertRowFragment) => (alert.project ? <SafeText text={alert.project.name} /> : "the server"),
        },
      ]
    : []),
  { key: "raised", header: "Raised", width: "6rem", cell: (alert) => <Time at={alert.raisedAt} /> },
  ...(acknowledge
    ? [
        {
          key: "do",
          header: "",
          width: "7rem",
          priority: 2 as const,
          end: true,
          cell: (alert: AlertRowFragment) =>
            alert.state === "firing" && (
              <Button
                size="compact-xs"
                variant="default"
                aria-label={`Acknowledge ${visibleText(alert.rule)}`}
                onClick={() => acknowledge(alert)}
              >
                Acknowledge
              </Button>
            ),
        },
      ]
    : []),
];

interface AlertsTableProps {
  alerts: readonly AlertRowFragment[];
  more: (() => void) | undefined;
}

export function AlertsTable({ alerts, more }: AlertsTableProps) {
  const slug = useProjectOrServer()?.slug;
  const { slugOf } = useProjects();
  const { may } = useViewer();
  const go = useGo();
  const acknowledge = (alert: AlertRowFragment) => go(`${nounAddress(slug, "alerts", alert.id)}?acknowledge=true`);
  return (
    <DataTable
      label="Alerts"
      columns={columns({ slug, slugOf, acknowledge: may("alert:write") ? acknowledge : undefined })}
      rows={alerts}
      rowKey={(alert) => alert.id}
      more={more}
      rowHeight={52}
    />
  );
}
