import { Button, Group, Paper, Radio, Stack, Text, TextInput, Title } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";

import type { BudgetAnswer } from "@/shared/graphql/schema.generated";
import { useDone } from "@/shared/graphql/useDone";
import { counted, whole } from "@/shared/text/counts";
import { dollars } from "@/shared/text/money";
import { Failure } from "@/shared/ui/Failure";

import { ANSWER_WORDS, ANSWERS, answerInput, type Given, raises, wrongRaise } from "../answers";
import { AnswerBudgetDocument } from "../api/AnswerBudget.generated";
import type { BudgetRowFragment } from "../api/BudgetRow.generated";

interface AnswerPanelProps {
  budget: BudgetRowFragment;
  /** How many sessions it holds. */
  held: number;
  done: () => void;
}

/** What a budget that is used up asks. */
export function AnswerPanel({ budget, held, done }: AnswerPanelProps) {
  const [given, setGiven] = useState<Given>({ answer: "RAISE", usd: "", tokens: "", reason: "" });
  const [sent, setSent] = useState(false);
  const { run, running, fault } = useDone(AnswerBudgetDocument);
  const wrong = wrongRaise(given, budget.now);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (Object.keys(wrong).length > 0 || !(await run({ input: answerInput(budget.id, given) }))) return;
    notifications.show({ message: `The budget is ${ANSWER_WORDS[given.answer].done}.` });
    done();
  };
  return (
    <Paper withBorder p="md" radius="md" component="section" aria-label="Answer it">
      <form onSubmit={(event) => void send(event)} noValidate>
        <Stack gap="md">
          <div>
            <Title order={2}>Answer it</Title>
            <Text size="sm" c="dimmed">
              {held === 0
                ? "No session stands still now; new sessions, commands and calls that it covers are refused."
                : `${counted(held, "session stands", "sessions stand")} still, and new ones that it covers are refused.`}
            </Text>
          </div>
          <Radio.Group
            aria-label="Answer"
            value={given.answer}
            onChange={(answer) => setGiven({ ...given, answer: answer as BudgetAnswer })}
          >
            <Stack gap="sm">
              {ANSWERS.map((each) => (
                <Radio
                  key={each}
                  value={each}
                  label={ANSWER_WORDS[each].label}
                  description={ANSWER_WORDS[each].about}
                />
              ))}
            </Stack>
          </Radio.Group>
          {given.answer === "RAISE" && (
            <Group gap="md" align="flex-start">
              {budget.limit.usd !== null && (
                <Raise
                  label="New limit in dollars"
                  choices={raises(Number(budget.limit.usd), Number(budget.now.spent.usd ?? 0))}
                  say={dollars}
                  value={given.usd}
                  wrong={sent ? wrong.usd : undefined}
                  onChange={(usd) => setGiven({ ...given, usd })}
                />
              )}
              {budget.limit.tokens !== null && (
                <Raise
                  label="New limit in tokens"
                  choices={raises(budget.limit.tokens, budget.now.spent.tokens ?? 0).map(Math.ceil)}
                  say={whole}
                  value={given.tokens}
                  wrong={sent ? wrong.tokens : undefined}
                  onChange={(tokens) => setGiven({ ...given, tokens })}
                />
              )}
            </Group>
          )}
          <TextInput
            label="Why"
            description="Kept with the answer, for who looks later"
            maw={480}
            maxLength={500}
            value={given.reason}
            onChange={(event) => setGiven({ ...given, reason: event.currentTarget.value })}
          />
          {fault && <Failure fault={fault} />}
          <Group>
            <Button type="submit" loading={running}>
              {ANSWER_WORDS[given.answer].label}
            </Button>
          </Group>
        </Stack>
      </form>
    </Paper>
  );
}

interface RaiseProps {
  label: string;
  choices: readonly number[];
  say: (value: number) => string;
  value: string;
  wrong: string | undefined;
  onChange: (value: string) => void;
}

function Raise({ label, choices, say, value, wrong, onChange }: RaiseProps) {
  return (
    <div>
      <TextInput
        label={label}
        description="The whole limit, and not what is added"
        inputMode="decimal"
        value={value}
        error={wrong}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group gap={6} mt={6}>
        {choices.map((each) => (
          <Button key={each} size="compact-xs" variant="default" onClick={() => onChange(String(each))}>
            {say(each)}
          </Button>
        ))}
      </Group>
    </div>
  );
}
