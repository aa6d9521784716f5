import { Button } from "@mantine/core";
import { IconPlus, IconReport } from "@tabler/icons-react";
import { useState } from "react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { ButtonLink } from "@/shared/routing/links";
import { about, useFresh } from "@/shared/streams/feed";
import { Empty } from "@/shared/ui/Empty";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { ReportsDocument } from "./api/Reports.generated";
import { ReportForm } from "./components/ReportForm";
import { ReportsTable } from "./components/ReportsTable";
import { reportsRoute } from "./routes";

const PAGE = 50;
const MOST = 100;

export function ReportsPage() {
  const project = useProject();
  const { set = false } = reportsRoute.useSearch();
  const navigate = reportsRoute.useNavigate();
  const { may } = useViewer();
  const [first, setFirst] = useState(PAGE);
  const { data, fault, waiting, again } = useAsked({
    query: ReportsDocument,
    variables: { projectId: project.id, first },
    context: UNCACHED,
  });
  const seen = useAsked({ query: ReportsDocument, variables: { first: MOST }, context: UNCACHED });
  useFresh(
    () => {
      again();
      seen.again();
    },
    about("Report", "Delivery"),
  );
  const reports = data?.reports.edges.map((edge) => edge.node) ?? [];
  const everywhere = seen.data?.reports.edges.map((edge) => edge.node).filter((each) => each.project === null) ?? [];
  const none = !waiting && !fault && reports.length === 0;
  const open = (next: boolean) => void navigate({ search: next ? { set: true } : {}, replace: !next });
  const button = may("report:write") && (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={() => open(true)}>
      Set up a report
    </Button>
  );
  return (
    <Page
      title="Reports"
      actions={
        <>
          <ButtonLink to="/p/$project/reports/preview" params={{ project: project.slug }} variant="default">
            Look at one
          </ButtonLink>
          {!none && button}
        </>
      }
    >
      {fault && <Failure fault={fault} again={again} />}
      {waiting && <Skeletons />}
      {reports.length > 0 && (
        <ReportsTable
          label="Reports"
          reports={reports}
          more={data?.reports.pageInfo.hasNextPage && first < MOST ? () => setFirst(MOST) : undefined}
        />
      )}
      {none && (
        <Empty
          icon={IconReport}
          title="No report yet"
          command="qd report set weekly --every week --mail you@example.org"
          action={button}
        >
          A report tells what was done in a day, a week or a month: sessions, commands, tokens, cost and tasks, each
          beside the period before. It comes by mail, to a webhook or into a folder.
        </Empty>
      )}
      {everywhere.length > 0 && (
        <Section title="Of all projects that you may see">
          <ReportsTable label="Reports of all projects" reports={everywhere} />
        </Section>
      )}
      {set && <ReportForm report={undefined} close={() => open(false)} />}
    </Page>
  );
}
