import { Group, Select } from "@mantine/core";
import { useMemo } from "react";

import { useProject } from "@/shared/projects/useProjects";
import { Page } from "@/shared/ui/Page";

import { Preview } from "./components/Preview";
import { previewRoute } from "./routes";
import { CADENCES, WEEKDAYS, zoneHere, zones } from "./words";

/** A report that need not be set up, of any schedule. */
export function PreviewPage() {
  const project = useProject();
  const search = previewRoute.useSearch();
  const navigate = previewRoute.useNavigate();
  const { every = "WEEKLY", weekStarts = "MONDAY", zone = zoneHere() } = search;
  const go = (part: typeof search) => void navigate({ search: { ...search, ...part }, resetScroll: false });
  const offered = useMemo(() => zones(), []);
  return (
    <Page
      title="A report"
      actions={
        <Group gap="xs">
          <Select
            size="xs"
            w={130}
            aria-label="How often"
            data={CADENCES}
            value={every}
            allowDeselect={false}
            onChange={(next) => next && go({ every: next })}
          />
          {every === "WEEKLY" && (
            <Select
              size="xs"
              w={130}
              aria-label="A week begins on"
              data={WEEKDAYS}
              value={weekStarts}
              allowDeselect={false}
              onChange={(next) => next && go({ weekStarts: next })}
            />
          )}
          <Select
            size="xs"
            w={170}
            aria-label="Time zone"
            data={offered.includes(zone) ? offered : [zone, ...offered]}
            value={zone}
            allowDeselect={false}
            searchable
            limit={50}
            onChange={(next) => next && go({ zone: next })}
          />
        </Group>
      }
    >
      <Preview
        of={{ projectId: project.id, cadence: every, weekStarts, zone }}
        search={search}
        go={(part) => go({ day: undefined, ...part })}
      />
    </Page>
  );
}
