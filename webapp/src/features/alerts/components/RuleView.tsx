import { Button, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBell } from "@tabler/icons-react";

import { UNCACHED } from "@/shared/graphql/uncached";
import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { nounAddress } from "@/shared/routing/addresses";
import { HrefLink, useGo } from "@/shared/routing/HrefLink";
import { about, useFresh } from "@/shared/streams/feed";
import { globalId } from "@/shared/text/ids";
import { span } from "@/shared/time/spans";
import { Confirm } from "@/shared/ui/Confirm";
import { CopyId } from "@/shared/ui/CopyId";
import { Empty } from "@/shared/ui/Empty";
import { Facts } from "@/shared/ui/Facts";
import { Failure } from "@/shared/ui/Failure";
import { Page, Section } from "@/shared/ui/Page";
import { SafeText } from "@/shared/ui/SafeText";
import { Skeletons } from "@/shared/ui/Skeletons";
import { Status } from "@/shared/ui/Status";
import { Time } from "@/shared/ui/Time";

import { AlertRulePageDocument, type AlertRulePageQuery } from "../api/AlertRulePage.generated";
import { RemoveAlertRuleDocument } from "../api/RemoveAlertRule.generated";
import { SendTestAlertDocument } from "../api/SendTestAlert.generated";
import { SEVERITY } from "../looks";
import { ruleInput, ruleTyped, saidOf } from "../rules";
import type { RuleSearch } from "../search";
import { Destinations } from "./Destinations";
import { RuleForm } from "./RuleForm";
import { Samples } from "./Samples";

type Rule = Extract<NonNullable<AlertRulePageQuery["node"]>, { __typename: "AlertRule" }>;

interface RuleViewProps {
  uuid: string;
  search: RuleSearch;
  go: (search: RuleSearch) => void;
}

export function RuleView({ uuid, search, go }: RuleViewProps) {
  const slug = useProjectOrServer()?.slug;
  const { data, fault, waiting, again } = useAsked({
    query: AlertRulePageDocument,
    variables: { id: globalId("AlertRule", uuid) },
    context: UNCACHED,
  });
  useFresh(again, about("AlertRule", "Delivery", "AlertNoticeMade"));
  const rule = data?.node?.__typename === "AlertRule" ? data.node : undefined;
  if (waiting) return <Skeletons />;
  if (rule && !rule.removedAt) return <Shown key={uuid} rule={rule} search={search} go={go} />;
  if (fault) return <Failure fault={fault} again={again} />;
  return (
    <Page title="No such rule">
      <Empty
        icon={IconBell}
        title="No alert rule has this id"
        command="qd alert rule list"
        action={<HrefLink href={`${nounAddress(slug, "alerts")}/rules`}>To the rules</HrefLink>}
      >
        It may have been removed, or you may not be a member of its project.
      </Empty>
    </Page>
  );
}

function Shown({ rule, search, go }: { rule: Rule; search: RuleSearch; go: RuleViewProps["go"] }) {
  const { may } = useViewer();
  const { run, running, fault } = useDone(SendTestAlertDocument);
  const { condition, quietHours } = rule;
  const told = rule.mail.length + rule.webhooks.length;
  const test = async () => {
    if (await run({ input: { ruleId: rule.id } }))
      notifications.show({ message: "A test is on its way: below is how it fares." });
  };
  return (
    <Page
      title={rule.name}
      beside={
        <>
          <Status {...SEVERITY[rule.severity]} />
          <CopyId id={rule.id} label="rule id" />
        </>
      }
      actions={
        may("alert:write") && (
          <>
            <Button variant="default" disabled={told === 0} loading={running} onClick={() => void test()}>
              Send a test
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
      {fault && <Failure fault={fault} />}
      <Text>
        <SafeText text={saidOf(rule)} />
      </Text>
      {rule.description && (
        <Text size="sm" c="dimmed">
          <SafeText text={rule.description} />
        </Text>
      )}
      <Facts
        facts={[
          ["Project", rule.project ? <SafeText text={rule.project.name} /> : "the whole server"],
          ["At least", condition.minimum > 1 && `${condition.minimum} in the window`],
          ["Gathers", rule.gatherSeconds ? span(rule.gatherSeconds) : "nothing"],
          ["Says again", rule.repeatSeconds ? `after ${span(rule.repeatSeconds)}` : "never"],
          ["Quiet", quietHours && `${quietHours.start} to ${quietHours.end}, ${quietHours.zone}`],
          ["Revision", rule.revision],
          ["Set", <Time key="set" at={rule.setAt} />],
        ]}
      />
      <Section title="What it finds now">
        <Samples rule={ruleInput(ruleTyped(rule))} projectId={rule.project?.id} />
      </Section>
      <Destinations rule={rule} />
      {search.ask === "change" && may("alert:write") && <RuleForm rule={rule} close={() => go({})} />}
      {search.ask === "remove" && may("alert:write") && <Remove rule={rule} close={() => go({})} />}
    </Page>
  );
}

function Remove({ rule, close }: { rule: Rule; close: () => void }) {
  const slug = useProjectOrServer()?.slug;
  const follow = useGo();
  const { run, running, fault } = useDone(RemoveAlertRuleDocument);
  const remove = async () => {
    if (await run({ input: { ruleId: rule.id } })) follow(`${nounAddress(slug, "alerts")}/rules`);
  };
  return (
    <Confirm
      title="Remove this rule?"
      yes="Remove"
      ends
      running={running}
      fault={fault}
      onYes={() => void remove()}
      onClose={close}
    >
      <Text size="sm">Its alerts that hold now are over with it, and nobody is told of them any more.</Text>
    </Confirm>
  );
}
