import { Button, CloseButton, Group, Modal, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { useDone } from "@/shared/graphql/useDone";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { useNow } from "@/shared/time/clock";
import { momentWritten } from "@/shared/time/typed";
import { FormFoot } from "@/shared/ui/FormFoot";

import { AlertRulesDocument } from "../api/AlertRules.generated";
import { SetSilenceDocument } from "../api/SetSilence.generated";
import { named, SEVERITIES } from "../kinds";
import { labelValue } from "../rules";
import type { SilencesSearch } from "../search";
import { type Preset, PRESETS, type SilenceTyped, untilOf, wrongInSilence } from "../silences";
import { Choice } from "./Choice";

const HOURS_MS = 4 * 3_600_000;

const labelsIn = (labels: readonly string[] = []) =>
  labels.map((each) => ({ name: each.split("=", 1)[0] ?? "", value: each.slice(each.indexOf("=") + 1) }));

/** For a while nobody is told of some alerts. */
export function SilenceForm({ search, close }: { search: SilencesSearch; close: () => void }) {
  const { id: projectId } = useProjectOrServer() ?? {};
  const { data } = useAsked({ query: AlertRulesDocument, variables: { projectId } });
  const { run, running, fault } = useDone(SetSilenceDocument);
  const now = useNow();
  const [sent, setSent] = useState(false);
  const [typed, setTyped] = useState<SilenceTyped>(() => ({
    rule: search.rule ?? "",
    severity: search.severity ?? "",
    labels: labelsIn(search.labels),
    preset: "hour",
    until: momentWritten(new Date(Date.now() + HOURS_MS)),
    reason: "",
  }));
  const wrong = sent ? wrongInSilence(typed, new Date(now)) : {};
  const change = (part: Partial<SilenceTyped>) => setTyped({ ...typed, ...part });
  const rules = data?.alertRules.edges.map(({ node }) => node.name) ?? [];
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    const at = new Date();
    if (Object.keys(wrongInSilence(typed, at)).length > 0) return;
    const labels = typed.labels
      .filter(({ name }) => name.trim() !== "")
      .map(({ name, value }) => ({ name: name.trim(), value: labelValue(name.trim(), value) }));
    const input = {
      ...(projectId && { projectId }),
      rule: typed.rule || null,
      severity: SEVERITIES.find((each) => each === typed.severity) ?? null,
      labels,
      until: untilOf(typed, at).toISOString(),
      reason: typed.reason.trim(),
    };
    if (await run({ input })) close();
  };
  return (
    <Modal opened onClose={close} size="lg" title="Set a silence">
      <form onSubmit={(event) => void send(event)} noValidate>
        <Stack gap="md">
          <Text size="sm">
            {projectId ? "Of the project's alerts" : "Of all alerts everywhere"}, what is like this is raised and
            listed, and nobody is told of it.
          </Text>
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <Select
              label="Rule"
              placeholder="Whatever the rule"
              clearable
              searchable
              data={[...new Set([...rules, typed.rule])].filter(Boolean)}
              value={typed.rule || null}
              onChange={(rule) => change({ rule: rule ?? "" })}
            />
            <Select
              label="Severity"
              placeholder="Whatever the severity"
              clearable
              data={SEVERITIES.map((value) => ({ value, label: named(value) }))}
              value={typed.severity || null}
              onChange={(severity) => change({ severity: severity ?? "" })}
            />
          </SimpleGrid>
          <LabelFields typed={typed} change={change} />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <Choice
              label="For how long"
              about="Then what still holds is told"
              data={Object.keys(PRESETS) as Preset[]}
              say={(preset) => PRESETS[preset]}
              value={typed.preset}
              onChange={(preset) => change({ preset })}
            />
            {typed.preset === "own" && (
              <TextInput
                type="datetime-local"
                label="Until"
                description="In your own time"
                value={typed.until}
                error={wrong.until}
                onChange={(event) => change({ until: event.currentTarget.value })}
              />
            )}
          </SimpleGrid>
          <Textarea
            label="Why"
            description="Others see it"
            autosize
            maxLength={500}
            data-autofocus
            value={typed.reason}
            error={wrong.reason}
            onChange={(event) => change({ reason: event.currentTarget.value })}
          />
          <FormFoot fault={fault} close={close} running={running}>
            Silence
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}

interface LabelFieldsProps {
  typed: SilenceTyped;
  change: (part: Partial<SilenceTyped>) => void;
}

function LabelFields({ typed: { labels }, change }: LabelFieldsProps) {
  const put = (index: number, part: Partial<SilenceTyped["labels"][number]>) =>
    change({ labels: labels.map((each, at) => (at === index ? { ...each, ...part } : each)) });
  return (
    <Stack gap="xs">
      {labels.map((label, index) => (
        <Group key={index} gap="xs" wrap="nowrap">
          <TextInput
            aria-label="Label"
            placeholder="persona"
            w={130}
            value={label.name}
            onChange={(event) => put(index, { name: event.currentTarget.value })}
          />
          <TextInput
            style={{ flex: 1 }}
            aria-label={`Value of ${label.name || "the label"}`}
            placeholder="nightly"
            value={label.value}
            onChange={(event) => put(index, { value: event.currentTarget.value })}
          />
          <CloseButton
            aria-label={`Whatever ${label.name || "the label"}`}
            onClick={() => change({ labels: labels.filter((_, at) => at !== index) })}
          />
        </Group>
      ))}
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={12} aria-hidden />}
          onClick={() => change({ labels: [...labels, { name: "", value: "" }] })}
        >
          Only with a label
        </Button>
      </Group>
    </Stack>
  );
}
