import { Button, SegmentedControl } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";

import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { Page } from "@/shared/ui/Page";

import { OpenSession } from "./components/OpenSession";
import { SessionsTable, type Which } from "./components/SessionsTable";
import { sessionsRoute } from "./routes";

export function SessionsPage() {
  const project = useProject();
  const { may } = useViewer();
  const { show = "open", open = false } = sessionsRoute.useSearch();
  const navigate = sessionsRoute.useNavigate();
  const opening = (next: boolean) => void navigate({ search: { show, open: next || undefined }, replace: !next });
  const button = may("session:write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => opening(true)}>
      Open a session
    </Button>
  );
  return (
    <Page title="Sessions" actions={button}>
      <SegmentedControl
        size="xs"
        w="fit-content"
        aria-label="Which sessions"
        value={show}
        onChange={(next) => void navigate({ search: { show: next as Which } })}
        data={[
          { value: "open", label: "Open" },
          { value: "ended", label: "Ended" },
          { value: "all", label: "All" },
        ]}
      />
      <SessionsTable key={show} projectId={project.id} of={show} />
      <OpenSession opened={open} onClose={() => opening(false)} />
    </Page>
  );
}
