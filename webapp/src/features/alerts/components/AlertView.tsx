import { Button, Modal, Stack, Text, Textarea } from "@mantine/core";
import { type FormEvent, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { NoSuch } from "@/shared/projects/NoSuch";
import { useProjectOrServer, useProjects } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink, useGo } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { useChanges } from "@/shared/streams/useChanges";
import { globalId, uuidOf } from "@/shared/text/ids";
import { CopyId } from "@/shared/ui/CopyId";
import { Facts } from "@/shared/ui/Facts";
import { Failure } from "@/shared/ui/Failure";
import { FormFoot } from "@/shared/ui/FormFoot";
import { Page, Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import { AcknowledgeAlertDocument } from "../api/AcknowledgeAlert.generated";
import { AlertWholeDocument, type AlertWholeQuery } from "../api/AlertWhole.generated";
import { WatchAlertsDocument } from "../api/WatchAlerts.generated";
import { SEVERITY, stateLook } from "../looks";
import type { AlertSearch } from "../search";
import { Labels } from "./Labels";
import { Steps } from "./Steps";

type Alert = NonNullable<AlertWholeQuery["alert"]>;

interface AlertViewProps {
  uuid: string;
  search: AlertSearch;
  go: (search: AlertSearch) => void;
}

export function AlertView({ uuid, search, go }: AlertViewProps) {
  const project = useProjectOrServer();
  const { data, fault, waiting, again } = useAsked({
    query: AlertWholeDocument,
    variables: { id: globalId("Alert", uuid) },
    requestPolicy: "cache-and-network",
  });
  useChanges({
    document: WatchAlertsDocument,
    variables: (after) => ({ projectId: project?.id, after }),
    key: project?.id ?? "all",
    again,
  });
  useFresh(again, about("Silence", "Delivery", "AlertNoticeMade"));
  if (waiting) return <Skeletons />;
  if (data?.alert) return <Shown key={uuid} alert={data.alert} search={search} go={go} />;
  if (fault) return <Failure fault={fault} again={again} />;
  return <NoSuch noun="alert" />;
}

function Shown({ alert, search, go }: { alert: Alert; search: AlertSearch; go: AlertViewProps["go"] }) {
  const { may } = useViewer();
  const { slugOf } = useProjects();
  const slug = useProjectOrServer()?.slug;
  const home = alert.project ? slugOf(alert.project) : undefined;
  const follow = useGo();
  const open = alert.state !== "resolved";
  return (
    <Page
      title={alert.rule}
      beside={
        <>
          <Status {...stateLook(alert.state)} />
          <Status {...SEVERITY[alert.severity]} />
          <CopyId id={alert.id} label="alert id" />
        </>
      }
      actions={
        may("alert:write") &&
        open && (
          <>
            {alert.state === "firing" && <Button onClick={() => go({ acknowledge: true })}>Acknowledge</Button>}
            <Button variant="default" onClick={() => follow(silencing(alert, slug))}>
              Silence
            </Button>
          </>
        )
      }
    >
      <Text>
        <SafeText text={alert.summary} />
      </Text>
      <Facts
        facts={[
          ["About", alert.labels.length > 0 && <Labels labels={alert.labels} slug={home} />],
          ["Project", alert.project ? <SafeText text={alert.project.name} /> : "the whole server"],
          [
            "Rule",
            <HrefLink key="rule" href={`${nounAddress(slug, "alerts")}/rules/${uuidOf(alert.ruleId)}`} size="sm">
              <SafeText text={alert.rule} />
            </HrefLink>,
          ],
          ["Holds since", <Time key="since" at={alert.since} />],
          ["Last told", alert.toldAt && <Time at={alert.toldAt} />],
          ["Silenced until", alert.silencedUntil && <Time at={alert.silencedUntil} />],
        ]}
      />
      <Section title="What happened">
        <Steps alert={alert} />
      </Section>
      {search.acknowledge && alert.state === "firing" && may("alert:write") && (
        <Acknowledge alert={alert} close={() => go({})} />
      )}
    </Page>
  );
}

/** The form of a silence, for what is like this alert. */
function silencing({ rule, labels }: Alert, slug: string | undefined): string {
  const matched = labels.map(({ name, value }) => `${name}=${uuidOf(value)}`);
  const search = new URLSearchParams({ set: "true", rule });
  if (matched.length > 0) search.set("labels", JSON.stringify(matched));
  return `${nounAddress(slug, "alerts")}/silences?${search.toString()}`;
}

function Acknowledge({ alert, close }: { alert: Alert; close: () => void }) {
  const [note, setNote] = useState("");
  const { run, running, fault } = useDone(AcknowledgeAlertDocument);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await run({ input: { alertId: alert.id, note: note.trim() } })) close();
  };
  return (
    <Modal opened onClose={close} title="Acknowledge this alert">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="sm">
          <Text size="sm">You see to it: nobody is told of it again until it is over.</Text>
          <Textarea
            label="What you are going to do about it"
            description="Others see it"
            autosize
            minRows={2}
            maxLength={500}
            data-autofocus
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <FormFoot fault={fault} close={close} running={running}>
            Acknowledge
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
