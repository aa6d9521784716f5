import { Alert, Modal, Select, SimpleGrid, Stack, Switch, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { useProjectOrServer } from "@/shared/projects/useProjects";
import { visibleText } from "@/shared/text/visible";
import { zones } from "@/shared/time/zones";
import { FormFoot } from "@/shared/ui/FormFoot";

import { amountWords } from "../amounts";
import type { BudgetRowFragment } from "../api/BudgetRow.generated";
import { SetBudgetDocument } from "../api/SetBudget.generated";
import { inputOf, newTerms, revised, type Terms, termsOf, wrongIn } from "../terms";
import { EVERY, type Every, titleOf } from "../words";
import { Subject } from "./Subject";

interface BudgetFormProps {
  known: readonly BudgetRowFragment[];
  /** The one that is changed; undefined: a new one. */
  budget: BudgetRowFragment | undefined;
  close: () => void;
}

export function BudgetForm({ known, budget, close }: BudgetFormProps) {
  const { id: projectId } = useProjectOrServer() ?? {};
  const [terms, setTerms] = useState(() => (budget ? termsOf(budget) : newTerms(zones.own())));
  const [sent, setSent] = useState(false);
  const { run, running, fault } = useDone(SetBudgetDocument);
  const wrong = wrongIn(terms);
  const shown = sent ? wrong : {};
  const before = budget ? undefined : revised(terms, known);
  const change = (part: Partial<Terms>) => setTerms({ ...terms, ...part });
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (Object.keys(wrong).length > 0) return;
    if (!(await run({ input: inputOf(terms, budget ? budget.project?.id : projectId) }))) return;
    notifications.show({ message: budget ? "The budget is changed." : "The budget is set." });
    close();
  };
  return (
    <Modal opened onClose={close} size="lg" title={budget ? `Change: ${visibleText(titleOf(budget))}` : "Set a budget"}>
      <form onSubmit={(event) => void send(event)} noValidate>
        <Stack gap="md">
          {!budget && <Subject terms={terms} change={change} wrong={shown.subject} />}
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
            <TextInput
              label="Dollars"
              description="At most so many in each period"
              placeholder="20"
              inputMode="decimal"
              data-autofocus
              value={terms.usd}
              error={shown.usd}
              onChange={(event) => change({ usd: event.currentTarget.value })}
            />
            <TextInput
              label="Tokens"
              description="Of all kinds; also of models without a price"
              placeholder="5M"
              inputMode="decimal"
              value={terms.tokens}
              error={shown.tokens}
              onChange={(event) => change({ tokens: event.currentTarget.value })}
            />
            <Select
              label="In"
              description="Then it begins anew; weeks on Monday"
              data={Object.entries(EVERY).map(([value, label]) => ({ value, label }))}
              value={terms.every}
              allowDeselect={false}
              disabled={budget !== undefined}
              onChange={(every) => change({ every: every as Every })}
            />
            <Select
              label="Time zone"
              description="Whose midnight a period begins at"
              data={zones.all(terms.timeZone)}
              searchable
              limit={100}
              value={terms.timeZone}
              allowDeselect={false}
              disabled={terms.every === "ALL_TIME"}
              onChange={(timeZone) => change({ timeZone: timeZone ?? "UTC" })}
            />
            <TextInput
              label="Called near from, in percent"
              description="Shown as near when so much is spent"
              inputMode="numeric"
              value={terms.warnPercent}
              error={shown.warnPercent}
              onChange={(event) => change({ warnPercent: event.currentTarget.value })}
            />
            <Switch
              mt={{ base: 0, xs: 26 }}
              label="Pause and ask at the limit"
              description={
                terms.pauses ? "What it covers stands still until somebody answers" : "It only warns, and stops nothing"
              }
              checked={terms.pauses}
              onChange={(event) => change({ pauses: event.currentTarget.checked })}
            />
          </SimpleGrid>
          {before && (
            <Alert variant="light" color="yellow" p="xs">
              There is one already, of {amountWords(before.limit)} {EVERY[before.every]}: this revises it. What is spent
              stays spent.
            </Alert>
          )}
          <FormFoot fault={fault} close={close} running={running}>
            {budget ? "Save" : before ? "Revise it" : "Set it"}
          </FormFoot>
        </Stack>
      </form>
    </Modal>
  );
}
