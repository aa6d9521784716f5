import type {
  AlertComparison,
  AlertRuleInput,
  AlertRuleKind,
  AlertSeverity,
  AlertStatistic,
  UsageMeasure,
} from "@/shared/graphql/schema.generated";
import { globalId, shortId, typeOf, uuidOf } from "@/shared/text/ids";
import { span } from "@/shared/time/spans";
import { spanTyped, spanWritten } from "@/shared/time/typed";

import type { AlertRuleWholeFragment } from "./api/AlertRuleWhole.generated";
import { FAILING, KINDS, type Unit, unitOf } from "./kinds";

export interface FilterTyped {
  dimension: string;
  values: readonly string[];
}

/** What the form of a rule holds, as it was typed. */
export interface RuleTyped {
  name: string;
  description: string;
  severity: AlertSeverity;
  kind: AlertRuleKind;
  measure: UsageMeasure | null;
  statistic: AlertStatistic;
  comparison: AlertComparison;
  threshold: string;
  window: string;
  held: string;
  minimum: string;
  groupBy: readonly string[];
  filters: readonly FilterTyped[];
  mail: readonly string[];
  webhooks: readonly string[];
  gather: string;
  repeat: string;
  quiet: { zone: string; start: string; end: string } | null;
}

export const newRule = (ofServer: boolean): RuleTyped => ({
  name: "",
  description: "",
  severity: "WARNING",
  kind: ofServer ? "DISK" : "ERROR_RATIO",
  measure: ofServer ? null : "COMMAND_DURATION",
  statistic: "TOTAL",
  comparison: "ABOVE",
  threshold: ofServer ? "90" : "20",
  window: "10m",
  held: "0",
  minimum: ofServer ? "1" : "5",
  groupBy: ofServer ? ["worker"] : [],
  filters: [],
  mail: [],
  webhooks: [],
  gather: "1m",
  repeat: "4h",
  quiet: null,
});

export function ruleTyped(rule: AlertRuleWholeFragment): RuleTyped {
  const { condition } = rule;
  const unit = unitOf(condition.kind, condition.measure, condition.statistic);
  return {
    ...rule,
    ...condition,
    threshold: written(condition.threshold, unit),
    window: spanWritten(condition.windowSeconds),
    held: spanWritten(condition.forSeconds),
    minimum: String(condition.minimum),
    filters: condition.filters.map(({ dimension, values }) => ({ dimension, values: values.map(uuidOf) })),
    gather: spanWritten(rule.gatherSeconds),
    repeat: spanWritten(rule.repeatSeconds),
    quiet: rule.quietHours && { ...rule.quietHours },
  };
}

/** With what another kind does not have put back. */
export function withKind(rule: RuleTyped, kind: AlertRuleKind): RuleTyped {
  const { measured, dimensions } = KINDS[kind];
  const fits = rule.measure && (kind !== "ERROR_RATIO" || FAILING.includes(rule.measure));
  return {
    ...rule,
    kind,
    measure: measured ? (fits ? rule.measure : "COMMAND_DURATION") : null,
    groupBy: rule.groupBy.filter((each) => dimensions.includes(each)),
    filters: rule.filters.filter((each) => dimensions.includes(each.dimension)),
  };
}

const written = (value: number, unit: Unit): string => {
  if (unit === "percent") return String(Number((value * 100).toPrecision(12)));
  return unit === "seconds" && Number.isInteger(value) ? spanWritten(value) : String(value);
};

function thresholdTyped(text: string, unit: Unit): number | undefined {
  if (unit === "seconds") return spanTyped(text);
  const value = Number(
    text
      .trim()
      .replace(/^\$|%$/g, "")
      .replaceAll(",", ""),
  );
  if (text.trim() === "" || !Number.isFinite(value)) return undefined;
  return unit === "percent" ? value / 100 : value;
}

export const EXAMPLES: Record<Unit, string> = {
  percent: "Write a percentage, as 20.",
  seconds: "Write a length of time, as 90s or 10m.",
  dollars: "Write dollars, as 20 or 0.5.",
  bytes: "Write a number of bytes.",
  number: "Write a number.",
};

export type RuleWrong = Partial<
  Record<"name" | "threshold" | "window" | "held" | "minimum" | "gather" | "repeat" | "quiet", string>
>;

const within = (text: string, least: number, most: number, said: string): string | false => {
  const seconds = spanTyped(text);
  return (seconds === undefined || seconds < least || seconds > most) && said;
};

/** What has to be mended before it can be tested or sent. */
export function wrongInRule(rule: RuleTyped): RuleWrong {
  const unit = unitOf(rule.kind, rule.measure, rule.statistic);
  const bound = thresholdTyped(rule.threshold, unit);
  const share =
    (rule.kind === "ERROR_RATIO" || rule.kind === "DISK") && bound !== undefined && (bound < 0 || bound > 1);
  const minimum = Number(rule.minimum);
  const repeats = spanTyped(rule.repeat) !== 0;
  const wrong = {
    name:
      !/^[a-z0-9][a-z0-9_-]{0,63}$/.test(rule.name) && "Up to 64 of a to z, 0 to 9, - and _, a letter or digit first.",
    threshold:
      rule.kind !== "ABSENCE" && (bound === undefined ? EXAMPLES[unit] : share && "A share is from 0 to 100 percent."),
    window: within(rule.window, 60, 31 * 86_400, "From 1m to 31d, as 10m or 1h."),
    held: within(rule.held, 0, 86_400, "At most 1d, as 5m; 0: at once."),
    minimum: !(Number.isInteger(minimum) && minimum >= 1) && "A whole number from 1 on.",
    gather: within(rule.gather, 0, 86_400, "At most 1d, as 1m."),
    repeat: repeats && within(rule.repeat, 300, 30 * 86_400, "From 5m to 30d, as 4h; 0: never."),
    quiet: rule.quiet && rule.quiet.start === rule.quiet.end && "They go from one time to another.",
  };
  return Object.fromEntries(Object.entries(wrong).filter(([, said]) => said));
}

const ID_OF: Record<string, string> = {
  user: "User",
  project: "Project",
  session: "Session",
  task: "Task",
  budget: "Budget",
};

/** A value of a dimension as the API takes it: global ids of what has an id. */
export function labelValue(dimension: string, text: string): string {
  const kind = ID_OF[dimension];
  return kind && text && typeOf(text) !== kind ? globalId(kind, text.trim()) : text;
}

export function ruleInput(rule: RuleTyped): AlertRuleInput {
  const absent = rule.kind === "ABSENCE";
  const unit = unitOf(rule.kind, rule.measure, rule.statistic);
  return {
    name: rule.name,
    description: rule.description.trim(),
    severity: rule.severity,
    condition: {
      kind: rule.kind,
      measure: rule.measure,
      statistic: rule.statistic,
      comparison: absent ? "ABOVE" : rule.comparison,
      threshold: absent ? 0 : (thresholdTyped(rule.threshold, unit) ?? 0),
      windowSeconds: spanTyped(rule.window) ?? 0,
      forSeconds: spanTyped(rule.held) ?? 0,
      minimum: rule.kind === "ERROR_RATIO" ? Number(rule.minimum) : 1,
      groupBy: rule.groupBy,
      filters: rule.filters
        .filter((each) => each.dimension && each.values.length > 0)
        .map(({ dimension, values }) => ({ dimension, values: values.map((each) => labelValue(dimension, each)) })),
    },
    mail: rule.mail,
    webhooks: rule.webhooks,
    gatherSeconds: spanTyped(rule.gather) ?? 0,
    repeatSeconds: spanTyped(rule.repeat) ?? 0,
    quietHours: rule.quiet,
  };
}

/** What a rule looks for, in a line. */
export function saidOf({ condition }: AlertRuleWholeFragment): string {
  const by = condition.groupBy.length > 0 ? ` by ${condition.groupBy.join(", ")}` : "";
  const only = condition.filters
    .map(
      ({ dimension, values }) =>
        `, ${dimension} ${values.map((each) => (typeOf(each) ? shortId(each) : each)).join(" or ")}`,
    )
    .join("");
  const held = condition.forSeconds > 0 ? `, held for ${span(condition.forSeconds)}` : "";
  return `${condition.said}${by}${only}${held}`;
}
