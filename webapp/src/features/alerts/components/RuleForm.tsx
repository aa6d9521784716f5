import { Button, Group, Modal, SimpleGrid, Stack, Textarea, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";

import type { AlertRuleInput } from "@/shared/graphql/schema.generated";
import { useDone } from "@/shared/graphql/useDone";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { visibleText } from "@/shared/text/visible";
import { Failure } from "@/shared/ui/Failure";

import type { AlertRuleWholeFragment } from "../api/AlertRuleWhole.generated";
import { SetAlertRuleDocument } from "../api/SetAlertRule.generated";
import { named, SEVERITIES } from "../kinds";
import { newRule, ruleInput, ruleTyped, type RuleTyped, wrongInRule } from "../rules";
import { Choice } from "./Choice";
import { ConditionFields } from "./ConditionFields";
import { FilterFields } from "./FilterFields";
import { Samples } from "./Samples";
import { TellingFields } from "./TellingFields";

interface RuleFormProps {
  /** The one that is changed; undefined: a new one. */
  rule: AlertRuleWholeFragment | undefined;
  close: () => void;
}

/** A rule of any kind, which can be tried before it is set. */
export function RuleForm({ rule, close }: RuleFormProps) {
  const home = useProjectOrServer()?.id;
  const projectId = rule ? rule.project?.id : home;
  const [typed, setTyped] = useState(() => (rule ? ruleTyped(rule) : newRule(projectId === undefined)));
  const [tested, setTested] = useState<AlertRuleInput>();
  const [sent, setSent] = useState(false);
  const { run, running, fault } = useDone(SetAlertRuleDocument);
  const wrong = wrongInRule(typed);
  const { name: _name, ...wrongBesideName } = wrong;
  const shown = sent ? wrong : {};
  const change = (part: Partial<RuleTyped>) => setTyped({ ...typed, ...part });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (Object.keys(wrong).length > 0) return;
    if (!(await run({ input: { rule: ruleInput(typed), ...(projectId && { projectId }) } }))) return;
    notifications.show({
      message: rule ? "The rule is changed." : "The rule is set: it is looked at every 15 seconds.",
    });
    close();
  };
  const test = () => {
    setSent(true);
    if (Object.keys(wrongBesideName).length === 0) setTested({ ...ruleInput(typed), name: typed.name || "test" });
  };
  return (
    <Modal opened onClose={close} size="xl" title={rule ? `Change ${visibleText(rule.name)}` : "Set an alert rule"}>
      <form onSubmit={(event) => void send(event)} noValidate>
        <Stack gap="md">
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <TextInput
              label="Name"
              description="Such as failing, or nightly-build"
              spellCheck={false}
              disabled={rule !== undefined}
              data-autofocus
              value={typed.name}
              error={shown.name}
              onChange={(event) => change({ name: event.currentTarget.value })}
            />
            <Choice
              label="Severity"
              about="How bad it is"
              data={SEVERITIES}
              say={named}
              value={typed.severity}
              onChange={(severity) => change({ severity })}
            />
          </SimpleGrid>
          <ConditionFields typed={typed} setTyped={setTyped} wrong={shown} ofServer={projectId === undefined} />
          <FilterFields typed={typed} change={change} projectId={projectId} />
          <Textarea
            label="What it means, and what to do"
            description="In each message"
            autosize
            maxLength={500}
            value={typed.description}
            onChange={(event) => change({ description: event.currentTarget.value })}
          />
          <TellingFields typed={typed} change={change} wrong={shown} />
          {tested && (
            <section aria-label="What it would find">
              <Title order={3} mb="xs">
                What it would find
              </Title>
              <Samples rule={tested} projectId={projectId} />
            </section>
          )}
          {fault && <Failure fault={fault} />}
          <Group justify="space-between" gap="xs">
            <Button variant="default" onClick={test}>
              Test it
            </Button>
            <Group gap="xs">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button type="submit" loading={running}>
                {rule ? "Save" : "Set it"}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
