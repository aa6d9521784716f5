import { Badge, Button } from "@mantine/core";
import { IconSend } from "@tabler/icons-react";
import { useState } from "react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { NoSuch } from "@/shared/projects/NoSuch";
import { about, useFresh } from "@/shared/streams/feed";
import { globalId } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Facts } from "@/shared/ui/Facts";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Time } from "@/shared/ui/Time";

import { ReportWholeDocument, type ReportWholeQuery } from "./api/ReportWhole.generated";
import { Deliveries } from "./components/Deliveries";
import { Preview } from "./components/Preview";
import { RemoveReport } from "./components/RemoveReport";
import { ReportForm } from "./components/ReportForm";
import { SendReport } from "./components/SendReport";
import { type ReportSearch, reportRoute } from "./routes";
import { CHANNELS, scheduleOf } from "./words";

type Report = NonNullable<ReportWholeQuery["report"]>;

const PAGE = 10;
const MOST = 100;

export function ReportPage() {
  const { report: uuid } = reportRoute.useParams();
  const [issues, setIssues] = useState(PAGE);
  const { data, fault, waiting, again } = useAsked({
    query: ReportWholeDocument,
    variables: { id: globalId("Report", uuid), issues },
    context: UNCACHED,
  });
  useFresh(again, about("Report", "Delivery"));
  if (waiting) return <Skeletons />;
  const report = data?.report;
  if (report)
    return (
      <Shown
        report={report}
        again={again}
        more={report.issues.pageInfo.hasNextPage && issues < MOST ? () => setIssues(MOST) : undefined}
      />
    );
  return fault ? <Failure fault={fault} again={again} /> : <NoSuch noun="report" />;
}

interface ShownProps {
  report: Report;
  again: () => void;
  more: (() => void) | undefined;
}

function Shown({ report, again, more }: ShownProps) {
  const search = reportRoute.useSearch();
  const navigate = reportRoute.useNavigate();
  const { may } = useViewer();
  const { ask, ...seen } = search;
  const go = (part: ReportSearch, replace = false) =>
    void navigate({ search: { ...seen, ...part }, replace, resetScroll: false });
  const close = () => go({}, true);
  const sendable = may("report:write") && !report.removedAt;
  return (
    <Page
      title={report.name}
      beside={
        <>
          {report.removedAt && <Badge variant="default">removed</Badge>}
          <CopyId id={report.id} label="report id" />
        </>
      }
      actions={
        sendable && (
          <>
            <Button leftSection={<IconSend size={14} aria-hidden />} onClick={() => go({ ask: "send" })}>
              Send now
            </Button>
            <Button variant="default" onClick={() => go({ ask: "change" })}>
              Change
            </Button>
            <Button variant="default" onClick={() => go({ ask: "remove" })}>
              Remove
            </Button>
          </>
        )
      }
    >
      <Facts
        facts={[
          ["Of", report.project ? <SafeText key="of" text={report.project.name} /> : "all projects"],
          ["When", scheduleOf(report)],
          ["Next", !report.removedAt && <Time key="next" at={report.nextAt} exact />],
          ["Owner", <SafeText key="owner" text={report.ownerName} />],
          ["Set up", <Time key="set" at={report.scheduledAt} />],
          ["Changed", report.revisedAt !== report.scheduledAt && <Time key="changed" at={report.revisedAt} />],
          ...report.recipients.map(({ channel, address, userName }): [string, React.ReactNode] => [
            CHANNELS.find(({ value }) => value === channel)?.label ?? channel,
            <SafeText key={address} text={`${address}, for ${userName}`} />,
          ]),
        ]}
      />
      <Section title="Deliveries">
        <Deliveries issues={report.issues.edges.map((edge) => edge.node)} more={more} />
      </Section>
      {!report.removedAt && (
        <Section title="As it would be sent to you">
          <Preview
            of={{ reportId: report.id, cadence: report.cadence, weekStarts: report.weekStarts, zone: report.zone }}
            search={seen}
            go={(part) => void navigate({ search: part, resetScroll: false })}
          />
        </Section>
      )}
      {sendable && ask === "change" && (
        <ReportForm
          report={report}
          close={() => {
            close();
            again();
          }}
        />
      )}
      {sendable && ask === "send" && <SendReport report={report} day={search.day} close={close} sent={again} />}
      {sendable && ask === "remove" && <RemoveReport report={report} close={close} />}
    </Page>
  );
}
