import { MultiSelect, SimpleGrid, TextInput } from "@mantine/core";

import type { AlertRuleKind } from "@/shared/graphql/schema.generated";

import { FAILING, KINDS, MEASURES, named, STATISTICS, type Unit, unitOf } from "../kinds";
import { type RuleTyped, type RuleWrong, withKind } from "../rules";
import { Choice } from "./Choice";

interface ConditionFieldsProps {
  typed: RuleTyped;
  setTyped: (typed: RuleTyped) => void;
  wrong: RuleWrong;
  ofServer: boolean;
}

const UNITS: Record<Unit, string> = {
  percent: "In percent",
  seconds: "A length of time, as 10m",
  dollars: "In dollars",
  bytes: "In bytes",
  number: "A number",
};
const WITHOUT_WINDOW: ReadonlySet<AlertRuleKind> = new Set(["QUEUE_AGE", "DISK", "BUDGET_SHARE"]);

/** What is looked at, and from when on it is too much. */
export function ConditionFields({ typed, setTyped, wrong, ofServer }: ConditionFieldsProps) {
  const change = (part: Partial<RuleTyped>) => setTyped({ ...typed, ...part });
  const kinds = (Object.keys(KINDS) as AlertRuleKind[]).filter((kind) => ofServer || !KINDS[kind].ofServer);
  const { measured, about, dimensions } = KINDS[typed.kind];
  const text = (name: "threshold" | "window" | "held" | "minimum") => ({
    value: typed[name],
    error: wrong[name],
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
      <Choice
        label="When"
        about={about}
        data={kinds}
        say={(kind) => KINDS[kind].label}
        value={typed.kind}
        onChange={(kind) => setTyped(withKind(typed, kind))}
      />
      {measured && (
        <Choice
          label="Of what"
          about="What is measured"
          data={typed.kind === "ERROR_RATIO" ? FAILING : MEASURES}
          say={typed.kind === "ERROR_RATIO" ? failing : named}
          value={typed.measure}
          onChange={(measure) => change({ measure })}
        />
      )}
      {typed.kind === "THRESHOLD" && (
        <Choice
          label="Which of it"
          about="Of all that is in the window"
          data={STATISTICS}
          say={named}
          value={typed.statistic}
          onChange={(statistic) => change({ statistic })}
        />
      )}
      {typed.kind !== "ABSENCE" && (
        <>
          <Choice
            label="Is"
            about="The threshold itself is neither"
            data={["ABOVE", "BELOW"] as const}
            say={named}
            value={typed.comparison}
            onChange={(comparison) => change({ comparison })}
          />
          <TextInput
            label="Threshold"
            description={UNITS[unitOf(typed.kind, typed.measure, typed.statistic)]}
            {...text("threshold")}
          />
        </>
      )}
      {!WITHOUT_WINDOW.has(typed.kind) && (
        <TextInput label="Window" description="So far back is looked, as 10m or 1h" {...text("window")} />
      )}
      <TextInput label="Held for" description="So long before it is raised; 0: at once" {...text("held")} />
      {typed.kind === "ERROR_RATIO" && (
        <TextInput
          label="At least so many"
          description="With fewer in the window nothing is said"
          {...text("minimum")}
        />
      )}
      <MultiSelect
        label="An alert for each"
        description="Tell apart by up to three; none: one alert for all"
        data={[...dimensions]}
        value={[...typed.groupBy]}
        maxValues={3}
        clearable
        onChange={(groupBy) => change({ groupBy })}
      />
    </SimpleGrid>
  );
}

const failing = (measure: string): string => (measure === "COMMAND_DURATION" ? "commands" : "sessions");
