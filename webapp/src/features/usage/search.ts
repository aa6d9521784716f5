import type { UsageDimension, UsageMeasure, UsageRanking } from "@/shared/graphql/schema.generated";
import type { Bucket } from "@/shared/time/buckets";

import { DIMENSIONS, MEASURES } from "./terms";

export const TABS = ["overview", "sessions", "commands", "tokens", "cost", "tasks", "top", "calls"] as const;
export const PRESETS = ["today", "24h", "7d", "30d", "90d"] as const;
const BUCKETS: readonly Bucket[] = ["HOUR", "DAY", "WEEK", "MONTH"];
const RANKINGS: readonly UsageRanking[] = ["TOTAL", "COUNT", "HIGHEST"];
export const FILTERS = ["model", "provider", "persona", "user", "session", "task", "detail"] as const;
const MOST_VALUES = 100;

export type UsageTab = (typeof TABS)[number];
export type Preset = (typeof PRESETS)[number];
export type FilterName = (typeof FILTERS)[number];

/** All that a dashboard shows. Defaults are left out, so that addresses are short. */
export interface UsageSearch extends Partial<Record<FilterName, string[]>> {
  tab?: UsageTab;
  /** The last so much; a time of its own goes before. */
  last?: Preset;
  from?: string;
  to?: string;
  /** Undefined: what fits the time. */
  bucket?: Bucket;
  by?: UsageDimension[];
  measure?: UsageMeasure;
  ranking?: UsageRanking;
}

const moment = (value: unknown): string | undefined =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined;
const texts = (value: unknown): string[] | undefined => {
  const found = Array.isArray(value)
    ? [...new Set(value.filter((each): each is string => typeof each === "string" && each.length <= 300))]
    : [];
  return found.length > 0 ? found.slice(0, MOST_VALUES) : undefined;
};
const of = <Word>(words: readonly Word[], value: unknown): Word | undefined => words.find((each) => each === value);

export function validateSearch(search: Record<string, unknown>): UsageSearch {
  const from = moment(search.from);
  const to = moment(search.to);
  const own = from !== undefined && to !== undefined && from < to;
  const by = (Array.isArray(search.by) ? search.by : [])
    .map((each) => of(DIMENSIONS, each))
    .filter((each) => each !== undefined);
  return given({
    tab: of(TABS, search.tab),
    last: of(PRESETS, search.last),
    ...(own && { from, to }),
    bucket: of(BUCKETS, search.bucket),
    by: by.length > 0 ? [...new Set(by)].slice(0, 3) : undefined,
    measure: of(MEASURES, search.measure),
    ranking: of(RANKINGS, search.ranking),
    ...Object.fromEntries(FILTERS.map((name) => [name, texts(search[name])])),
  });
}

/** Without what is undefined, so that searches compare. */
export const given = (search: { [Name in keyof UsageSearch]: UsageSearch[Name] | undefined }): UsageSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

/** As the API takes them. */
export function filtersOf(search: UsageSearch): Record<string, string[]> | undefined {
  const found = FILTERS.filter((name) => search[name]).map((name) => [`${name}s`, search[name] ?? []]);
  return found.length > 0 ? Object.fromEntries(found) : undefined;
}
