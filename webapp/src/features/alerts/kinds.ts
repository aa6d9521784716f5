import type { AlertRuleKind, AlertSeverity, AlertStatistic, UsageMeasure } from "@/shared/graphql/schema.generated";

/** What a threshold of a kind of rule is written in. */
export type Unit = "percent" | "seconds" | "dollars" | "number" | "bytes";

interface Kind {
  label: string;
  about: string;
  measured: boolean;
  /** What its alerts can be told apart by, and narrowed to. */
  dimensions: readonly string[];
  ofServer?: boolean;
}

const OF_USAGE = ["project", "user", "persona", "session", "task", "provider", "model", "detail"] as const;

/** As in the server's `domain/alert_rule.py`. */
export const KINDS: Record<AlertRuleKind, Kind> = {
  ERROR_RATIO: {
    label: "too many fail",
    about: "The share of commands or sessions in the window that ended badly",
    measured: true,
    dimensions: OF_USAGE,
  },
  THRESHOLD: {
    label: "too much, or too little",
    about: "A measure over the window: its total, count, highest or mean",
    measured: true,
    dimensions: OF_USAGE,
  },
  RATE: { label: "too fast, or too slow", about: "A measure by the hour", measured: true, dimensions: OF_USAGE },
  ABSENCE: {
    label: "nothing happens",
    about: "The measure had nothing in the window",
    measured: true,
    dimensions: OF_USAGE,
  },
  QUEUE_AGE: {
    label: "sessions wait too long",
    about: "How long the one waits that waits longest for a place",
    measured: false,
    dimensions: ["project", "user"],
  },
  BUDGET_SHARE: {
    label: "a budget is used",
    about: "How much of a budget is used in its period",
    measured: false,
    dimensions: ["project", "budget"],
  },
  DISK: {
    label: "a disk is full",
    about: "How full the disk is that a worker keeps its sessions on",
    measured: false,
    dimensions: ["worker"],
    ofServer: true,
  },
};

export const SEVERITIES: readonly AlertSeverity[] = ["CRITICAL", "WARNING", "INFO"];
export const STATISTICS: readonly AlertStatistic[] = ["TOTAL", "COUNT", "HIGHEST", "MEAN"];

export const MEASURES: readonly UsageMeasure[] = [
  "COST",
  "MODEL_CALLS",
  "TOKENS_INPUT",
  "TOKENS_CACHE_READ",
  "TOKENS_CACHE_CREATION",
  "TOKENS_OUTPUT",
  "TOKENS_REASONING",
  "COMMAND_DURATION",
  "COMMAND_QUEUE",
  "COMMAND_CPU",
  "COMMAND_MEMORY",
  "COMMAND_OUTPUT",
  "SESSION_DURATION",
  "SESSION_QUEUE",
  "SESSION_PROVISIONING",
  "NETWORK_CONNECTIONS",
  "NETWORK_UP",
  "NETWORK_DOWN",
  "SNAPSHOT_FILES",
  "SNAPSHOTS_STORED",
  "WORKSPACE_BYTES",
  "QUOTA_EXCEEDED",
  "TASK_LEAD",
  "TASK_CYCLE",
  "TASK_REOPENED",
  "TASK_STEP",
];
/** Measures that say how something ended. */
export const FAILING: readonly UsageMeasure[] = ["COMMAND_DURATION", "SESSION_DURATION"];

const SECONDS = /_(?:DURATION|QUEUE|CPU|PROVISIONING|LEAD|CYCLE|STEP)$/;
const BYTES = /^(?:COMMAND_MEMORY|COMMAND_OUTPUT|NETWORK_UP|NETWORK_DOWN|SNAPSHOTS_STORED|WORKSPACE_BYTES)$/;
const SHARES: ReadonlySet<AlertRuleKind> = new Set(["ERROR_RATIO", "DISK", "BUDGET_SHARE"]);

export function unitOf(kind: AlertRuleKind, measure: UsageMeasure | null, statistic: AlertStatistic): Unit {
  if (SHARES.has(kind)) return "percent";
  if (kind === "QUEUE_AGE") return "seconds";
  if (!measure || (kind === "THRESHOLD" && statistic === "COUNT")) return "number";
  if (measure === "COST") return "dollars";
  if (SECONDS.test(measure)) return "seconds";
  return BYTES.test(measure) ? "bytes" : "number";
}

/** `COMMAND_DURATION`: command duration. */
export const named = (name: string): string => name.toLowerCase().replaceAll("_", " ");
