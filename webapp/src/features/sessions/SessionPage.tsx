import { Tabs } from "@mantine/core";

import { CommandsTable, RunCommand } from "@/features/commands";
import { useAsked } from "@/shared/graphql/useAsked";
import { useViewer } from "@/shared/graphql/useViewer";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useFresh } from "@/shared/streams/feed";
import { globalId, shortId } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Failure } from "@/shared/ui/Failure";
import { Page } from "@/shared/ui/Page";
import { Skeletons } from "@/shared/ui/Skeletons";

import { SessionWholeDocument, type SessionWholeQuery } from "./api/SessionWhole.generated";
import { AboutPanel } from "./components/AboutPanel";
import { CloseSession } from "./components/CloseSession";
import { EventsPanel } from "./components/EventsPanel";
import { ExportWork } from "./components/ExportWork";
import { ForkSession } from "./components/ForkSession";
import { NetworkPanel } from "./components/NetworkPanel";
import { PortsPanel } from "./components/PortsPanel";
import { useSessionActions } from "./components/SessionActions";
import { SessionHead } from "./components/SessionHead";
import { SessionPlaces } from "./components/SessionPlaces";
import { SessionStatus } from "./components/SessionStatus";
import { ENDED } from "./looks";
import { type SessionTab, sessionRoute } from "./routes";

type Session = NonNullable<SessionWholeQuery["session"]>;

export function SessionPage() {
  const { session: uuid } = sessionRoute.useParams();
  const id = globalId("Session", uuid);
  const { data, fault, waiting, again } = useAsked({ query: SessionWholeDocument, variables: { id } });
  useFresh(again, (event) => event.streamId === uuid || (event.sessionId === id && !event.topic.startsWith("Command")));
  if (waiting) return <Skeletons />;
  if (data?.session) return <Shown key={uuid} session={data.session} />;
  return fault ? <Failure fault={fault} again={again} /> : <NoSuch noun="session" />;
}

const TABS: readonly (readonly [SessionTab, string])[] = [
  ["commands", "Commands"],
  ["jobs", "Background"],
  ["events", "Time line"],
  ["network", "Network"],
  ["ports", "Ports"],
  ["about", "Limits and notes"],
];

function Shown({ session }: { session: Session }) {
  const search = sessionRoute.useSearch();
  const navigate = sessionRoute.useNavigate();
  const { may } = useViewer();
  const mayWrite = may("session:write");
  const ask = (next: Partial<typeof search>, replace = false) =>
    void navigate({ search: (last) => ({ ...last, ...next }), replace });
  const { buttons, fault } = useSessionActions(session, (what) =>
    ask(what === "fork" ? { fork: "now" } : { ask: what }),
  );
  const tab = search.tab ?? "commands";
  const done = () => ask({ ask: undefined, fork: undefined, moment: undefined }, true);
  const ended = ENDED.includes(session.state);
  return (
    <Page
      title={session.title || shortId(session.id)}
      beside={
        <>
          <SessionStatus state={session.state} />
          <CopyId id={session.id} label="session id" />
        </>
      }
      actions={mayWrite && buttons}
    >
      {fault && <Failure fault={fault} />}
      <SessionHead session={session} />
      <SessionPlaces sessionId={session.id} />
      {mayWrite && !ended && <RunCommand sessionId={session.id} disabled={session.state !== "READY"} />}
      <Tabs
        value={tab}
        onChange={(next) => ask({ tab: next as SessionTab, event: undefined, kind: undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="sm" style={{ flexWrap: "nowrap", overflowX: "auto", overflowY: "hidden" }}>
          {TABS.map(([value, label]) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="commands">
          <CommandsTable sessionId={session.id} />
        </Tabs.Panel>
        <Tabs.Panel value="jobs">
          <CommandsTable sessionId={session.id} only={(row) => row.background} />
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <EventsPanel sessionId={session.id} search={search} onSearch={ask} mayFork={mayWrite} />
        </Tabs.Panel>
        <Tabs.Panel value="network">
          <NetworkPanel sessionId={session.id} mayChange={mayWrite && !ended} />
        </Tabs.Panel>
        <Tabs.Panel value="ports">
          <PortsPanel sessionId={session.id} mayOpen={mayWrite && session.state === "READY"} />
        </Tabs.Panel>
        <Tabs.Panel value="about">
          <AboutPanel session={session} />
        </Tabs.Panel>
      </Tabs>
      {search.ask === "close" && (
        <CloseSession sessionId={session.id} onExport={() => ask({ ask: "export" }, true)} onClose={done} />
      )}
      {search.ask === "export" && <ExportWork sessionId={session.id} onClose={done} />}
      {search.fork && (
        <ForkSession
          sessionId={session.id}
          title={session.title}
          command={search.fork === "now" ? undefined : search.fork}
          moment={search.moment ?? "AFTER"}
          onClose={done}
        />
      )}
    </Page>
  );
}
