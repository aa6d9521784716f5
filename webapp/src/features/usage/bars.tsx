import type { BarRow } from "@/shared/charts/Bars";
import { slotsOf } from "@/shared/charts/palette";
import { short } from "@/shared/charts/units";
import type { UsageMeasure } from "@/shared/graphql/schema.generated";

import type { Board } from "./board";
import { GroupName } from "./components/GroupName";
import { groupKey, groupLabel, type Point, sumOf } from "./points";
import { unitOf } from "./terms";

const PERCENT = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
export const share = (value: number | null): string => (value === null ? "" : PERCENT.format(value));
const MOST = 100;

/** A bar for each group of totals, the longest first: what its measures sum up to, its share, and each of them. */
export function barsOf(totals: readonly Point[], board: Board, measures: readonly UsageMeasure[]): BarRow[] {
  const groups = new Map<string, Point[]>();
  for (const point of totals) {
    const key = groupKey(point.group);
    groups.set(key, [...(groups.get(key) ?? []), point]);
  }
  const all = sumOf(totals, measures)?.value ?? 0;
  const rows = [...groups].map(([key, points]) => ({ key, points, value: sumOf(points, measures)?.value ?? null }));
  const sorted = rows.toSorted((one, other) => (other.value ?? -1) - (one.value ?? -1)).slice(0, MOST);
  const slots = slotsOf(sorted.slice(0, 8).map((row) => row.key));
  return sorted.map(({ key, points, value }) => {
    const group = points[0]?.group ?? [];
    const each = measures.map((measure) => sumOf(points, [measure])?.value ?? null);
    const parts = measures.length > 1 ? each : [];
    const unit = unitOf(measures[0] ?? "COST");
    return {
      key,
      label: groupLabel(group),
      shown: <GroupName group={group} board={board} />,
      value,
      slot: slots.get(key) ?? -1,
      cells: [
        share(value !== null && all > 0 ? value / all : null),
        ...parts.map((part) => (part === null ? "" : short(unit, part))),
      ],
    };
  });
}
