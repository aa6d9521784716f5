import type { UsageDimension, UsageMeasure } from "@/shared/graphql/schema.generated";

import { iso, type Range } from "./range";
import { FILTERS, type UsageSearch, type UsageTab } from "./search";
import { TOKENS } from "./terms";

export interface UsageFile {
  kind: "series" | "top" | "percentiles" | "funnel" | "facts";
  label: string;
  address: (form: "csv" | "parquet") => string;
}

const TIMES: readonly UsageMeasure[] = ["SESSION_QUEUE", "SESSION_PROVISIONING", "COMMAND_QUEUE", "COMMAND_DURATION"];
const MEASURED: Readonly<Record<UsageTab, readonly UsageMeasure[]>> = {
  overview: ["COST", "MODEL_CALLS", ...TOKENS, "SESSION_DURATION", "COMMAND_DURATION"],
  sessions: ["SESSION_DURATION", "NETWORK_UP", "NETWORK_DOWN"],
  commands: ["COMMAND_DURATION", "COMMAND_CPU", "COMMAND_MEMORY", "COMMAND_OUTPUT"],
  tokens: TOKENS,
  cost: ["COST"],
  tasks: ["TASK_LEAD", "TASK_CYCLE", "TASK_REOPENED"],
  top: ["COST"],
  calls: ["COST", "MODEL_CALLS", ...TOKENS],
};
const GROUPED: Partial<Record<UsageTab, readonly UsageDimension[]>> = {
  sessions: ["DETAIL"],
  commands: ["DETAIL"],
  tokens: ["MODEL"],
  cost: ["MODEL"],
};

/** The gateway's downloads of what a tab shows, by the words of their reference. */
export function exportsOf(projectId: string, search: UsageSearch, range: Range): UsageFile[] {
  const tab = search.tab ?? "overview";
  const by = search.by ?? GROUPED[tab] ?? [];
  const times: [string, string][] = [
    ["from", iso(range.from)],
    ["to", iso(range.to)],
  ];
  const filters = FILTERS.flatMap((name) => (search[name] ?? []).map((each): [string, string] => [name, each]));
  const file = (kind: UsageFile["kind"], label: string, more: [string, string][]): UsageFile => ({
    kind,
    label,
    address: (form) =>
      `/usage/${encodeURIComponent(projectId)}/${kind}.${form}?${new URLSearchParams([...times, ...more])}`,
  });
  const named = (name: string, words: readonly string[]) =>
    words.map((each): [string, string] => [name, each.toLowerCase()]);
  const bucket: [string, string] = ["bucket", range.bucket.toLowerCase()];
  const series = file("series", "What is shown, over time", [
    ...named("measure", MEASURED[tab]),
    ...named("by", by),
    bucket,
    ...filters,
  ]);
  const facts = file("facts", "Every single fact", filters);
  if (tab === "top") {
    const ranked: [string, string][] = [
      ["ranking", (search.ranking ?? "TOTAL").toLowerCase()],
      ["first", "100"],
    ];
    const measure = named("measure", [search.measure ?? "COST"]);
    return [
      file("top", "The top list", [...measure, ...named("by", search.by ?? ["MODEL"]), ...ranked, ...filters]),
      facts,
    ];
  }
  const percentiles = file("percentiles", "Percentiles", [...named("measure", TIMES), ...filters]);
  if (tab === "sessions" || tab === "commands") return [series, percentiles, facts];
  return tab === "tasks" ? [series, file("funnel", "The funnel", []), facts] : [series, facts];
}
