import { Modal, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useViewer } from "@/shared/graphql/useViewer";
import { useProject } from "@/shared/projects/useProjects";
import { visibleText } from "@/shared/text/visible";
import { FormFoot } from "@/shared/ui/FormFoot";

import type { ReportRowFragment } from "../api/ReportRow.generated";
import { SetReportDocument } from "../api/SetReport.generated";
import { faulty, inputOf, type ReportSet, settingsOf } from "../settings";
import { CADENCES, WEEKDAYS, zones } from "../words";
import { Recipients } from "./Recipients";

interface ReportFormProps {
  /** Undefined: a new one. */
  report: ReportRowFragment | undefined;
  close: () => void;
}

export function ReportForm({ report, close }: ReportFormProps) {
  const project = useProject();
  const { viewer } = useViewer();
  const [set, setSet] = useState(() => settingsOf(report, viewer?.id));
  const { run, running, fault } = useDone(SetReportDocument);
  const change = (part: Partial<ReportSet>) => setSet({ ...set, ...part });
  const input = inputOf(set, report?.project?.id ?? project.id);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (await run({ input })) close();
  };
  return (
    <Modal opened onClose={close} title={report ? visibleText(report.name) : "Set up a report"} size="xl">
      <form onSubmit={(event) => void send(event)}>
        <Stack gap="md">
          {!report && (
            <>
              <TextInput
                label="Name"
                description="Small letters, digits, - and _. One of that name is replaced"
                required
                data-autofocus
                spellCheck={false}
                value={set.name}
                error={fault?.field === "name"}
                onChange={(event) => change({ name: event.currentTarget.value })}
              />
              <Switch
                label="Of every project that each recipient may see"
                checked={set.everywhere}
                onChange={(event) => change({ everywhere: event.currentTarget.checked })}
              />
            </>
          )}
          <Schedule set={set} change={change} />
          <Recipients
            recipients={set.recipients}
            change={(recipients) => change({ recipients })}
            wrong={faulty(set, fault?.field)}
          />
          <FormFoot
            fault={fault}
            close={close}
            running={running}
            disabled={!input.name || input.recipients.length === 0}
          >
            {report ? "Save" : "Set up"}
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}

function Schedule({ set, change }: { set: ReportSet; change: (part: Partial<ReportSet>) => void }) {
  const offered = useMemo(() => zones(), []);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      <Select
        label="How often"
        data={CADENCES}
        value={set.cadence}
        allowDeselect={false}
        onChange={(cadence) => cadence && change({ cadence })}
      />
      {set.cadence === "WEEKLY" && (
        <Select
          label="A week begins on"
          data={WEEKDAYS}
          value={set.weekStarts}
          allowDeselect={false}
          onChange={(weekStarts) => weekStarts && change({ weekStarts })}
        />
      )}
      <TextInput
        label="At"
        description="On the day after the period"
        type="time"
        required
        value={set.at}
        onChange={(event) => change({ at: event.currentTarget.value })}
      />
      <Select
        label="Time zone"
        description="Whose days, weeks and months they are"
        data={offered.includes(set.zone) ? offered : [set.zone, ...offered]}
        value={set.zone}
        allowDeselect={false}
        searchable
        limit={50}
        nothingFoundMessage="No such time zone"
        onChange={(zone) => zone && change({ zone })}
      />
    </SimpleGrid>
  );
}
