import { ActionIcon, Alert, Button, Fieldset, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";

import { useDone } from "@/shared/graphql/useDone";
import { visibleText } from "@/shared/text/visible";
import { momentWritten } from "@/shared/time/typed";
import { FormFoot } from "@/shared/ui/FormFoot";

import type { PriceTableShownFragment } from "../api/PriceTableShown.generated";
import { RevisePricesDocument } from "../api/RevisePrices.generated";
import { AMOUNTS, type Draft, draftOf, inputOf, wrongIn } from "../prices";
import { Repriced } from "./Repriced";

import classes from "./prices.module.css";

const LABELS = {
  input: "Input",
  output: "Output",
  cacheRead: "From cache",
  cacheCreation: "To cache",
  reasoning: "Reasoning",
} as const;
const LIKE = {
  input: "",
  output: "",
  cacheRead: "as input",
  cacheCreation: "as input",
  reasoning: "as output",
} as const;

interface PricesFormProps {
  projectId: string;
  table: PriceTableShownFragment;
  close: () => void;
}

/** The whole table: what is sent takes the place of what was there, unless somebody else was faster. */
export function PricesForm({ projectId, table, close }: PricesFormProps) {
  const [begun, setBegun] = useState(table);
  const [drafts, setDrafts] = useState<Draft[]>(() => draftsOf(table));
  const [tried, setTried] = useState(false);
  const revising = useDone(RevisePricesDocument);
  const wrong = drafts.map((draft) => wrongIn(draft, drafts));
  const isWrong = wrong.some((each) => Object.keys(each).length > 0);
  const changed = table.revision !== begun.revision;
  const set = (key: number, part: Partial<Draft>) =>
    setDrafts(drafts.map((each) => (each.key === key ? { ...each, ...part } : each)));
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (isWrong) return;
    const prices = drafts.map(inputOf);
    if (await revising.run({ input: { projectId, prices, expectedRevision: begun.revision } })) close();
  };
  const restart = () => {
    setBegun(table);
    setDrafts(draftsOf(table));
    revising.clear();
  };
  return (
    <form onSubmit={(event) => void send(event)} noValidate>
      <Stack gap="sm">
        {changed && (
          <Alert variant="light" color="yellow" title="Somebody else has revised the prices">
            <Text size="sm">
              What you see is based on revision {begun.revision}; by now there is {table.revision}.
            </Text>
            <Button size="compact-xs" variant="default" mt={6} onClick={restart}>
              Begin again with revision {table.revision}
            </Button>
          </Alert>
        )}
        {drafts.map((draft, index) => (
          <Row
            key={draft.key}
            draft={draft}
            name={draft.model ? `${draft.provider} ${draft.model}` : `Price ${index + 1}`}
            wrong={tried ? (wrong[index] ?? {}) : {}}
            set={(part) => set(draft.key, part)}
            remove={() => setDrafts(drafts.filter((each) => each.key !== draft.key))}
          />
        ))}
        <Button
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setDrafts([...drafts, draftOf()])}
          style={{ alignSelf: "flex-start" }}
        >
          Another price
        </Button>
        {!isWrong && <Repriced projectId={projectId} now={begun.prices} prices={drafts.map(inputOf)} />}
        <Text size="xs" c="dimmed">
          All calls of the project are priced anew, the past ones too. A time in “calls since” keeps the past as it was.
          A * at a model&apos;s end stands for all that begin so.
        </Text>
        <FormFoot fault={revising.fault} close={close} running={revising.running} disabled={tried && isWrong}>
          Put these in place
        </FormFoot>
      </Stack>
    </form>
  );
}

const draftsOf = ({ prices }: PriceTableShownFragment): Draft[] =>
  prices.length > 0 ? prices.map((price) => draftOf(price)) : [draftOf()];

interface RowProps {
  draft: Draft;
  name: string;
  wrong: ReturnType<typeof wrongIn>;
  set: (part: Partial<Draft>) => void;
  remove: () => void;
}

function Row({ draft, name, wrong, set, remove }: RowProps) {
  const text = (field: "provider" | "model", label: string, placeholder: string) => (
    <TextInput
      size="xs"
      label={label}
      required
      spellCheck={false}
      placeholder={placeholder}
      value={draft[field]}
      error={wrong[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
    />
  );
  return (
    <Fieldset legend={visibleText(name)} p="xs" className={classes.row}>
      {text("provider", "Provider", "anthropic")}
      {text("model", "Model", "claude-*")}
      {AMOUNTS.map((field) => (
        <TextInput
          key={field}
          size="xs"
          label={LABELS[field]}
          required={LIKE[field] === ""}
          inputMode="decimal"
          placeholder={LIKE[field]}
          value={draft[field]}
          error={wrong[field]}
          onChange={(event) => set({ [field]: event.currentTarget.value })}
        />
      ))}
      <TextInput
        size="xs"
        label="Calls since"
        type="datetime-local"
        value={draft.since && momentWritten(new Date(draft.since))}
        error={wrong.since}
        onChange={(event) => {
          const typed = Date.parse(event.currentTarget.value);
          set({ since: Number.isNaN(typed) ? "" : new Date(typed).toISOString() });
        }}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={`Take out ${visibleText(name)}`}
        onClick={remove}
        className={classes.remove}
      >
        <IconTrash size={16} aria-hidden />
      </ActionIcon>
    </Fieldset>
  );
}
