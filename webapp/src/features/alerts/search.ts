import type { AlertSeverity } from "@/shared/graphql/schema.generated";

import { SEVERITIES } from "./kinds";

const SHOWN = ["over", "all"] as const;
const ASKED_OF_RULES = ["change", "remove"] as const;
const MOST_LABELS = 10;

export interface AlertsSearch {
  /** By default those that hold. */
  show?: (typeof SHOWN)[number];
  severity?: AlertSeverity;
  find?: string;
}

export interface AlertSearch {
  acknowledge?: boolean;
}

export interface RulesSearch {
  set?: boolean;
}

export interface RuleSearch {
  ask?: (typeof ASKED_OF_RULES)[number];
}

export interface SilencesSearch {
  ended?: boolean;
  set?: boolean;
  /** What the form begins with; a label is `name=value`. */
  rule?: string;
  severity?: AlertSeverity;
  labels?: string[];
}

type Search = Record<string, unknown>;

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value.slice(0, 200) : undefined;
const flag = (value: unknown): true | undefined => (value === true ? true : undefined);
const severity = (value: unknown) => SEVERITIES.find((each) => each === value);

export const alertsSearch = (search: Search): AlertsSearch => ({
  show: SHOWN.find((each) => each === search.show),
  severity: severity(search.severity),
  find: text(search.find),
});

export const alertSearch = (search: Search): AlertSearch => ({ acknowledge: flag(search.acknowledge) });

export const rulesSearch = (search: Search): RulesSearch => ({ set: flag(search.set) });

export const ruleSearch = (search: Search): RuleSearch => ({ ask: ASKED_OF_RULES.find((each) => each === search.ask) });

export function silencesSearch(search: Search): SilencesSearch {
  const labels = Array.isArray(search.labels) ? search.labels.flatMap((each) => text(each) ?? []) : [];
  return {
    ended: flag(search.ended),
    set: flag(search.set),
    rule: text(search.rule),
    severity: severity(search.severity),
    labels: labels.length > 0 ? labels.slice(0, MOST_LABELS) : undefined,
  };
}
