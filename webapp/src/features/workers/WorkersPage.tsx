import { Page } from "@/shared/ui/Page";

import { Findings } from "./components/Findings";
import { ReadModels } from "./components/ReadModels";
import { WorkersTable } from "./components/WorkersTable";

export function WorkersPage() {
  return (
    <Page title="Workers">
      <WorkersTable />
      <Findings />
      <ReadModels />
    </Page>
  );
}
