import { Skeleton } from "@mantine/core";

import { ChartCard } from "@/shared/charts/ChartCard";
import { toCsv } from "@/shared/charts/series";
import { exact, short } from "@/shared/charts/units";
import { whole } from "@/shared/text/counts";
import { SafeText } from "@/shared/ui/SafeText";

import type { UsagePercentilesShownQuery } from "../api/UsagePercentilesShown.generated";
import { groupKey, groupLabel } from "../points";
import { nameOf, unitOf } from "../terms";

import charts from "@/shared/charts/charts.module.css";

/** Not on phones, which have no room for them. */
const OPTIONAL: ReadonlySet<string> = new Set(["p90", "p95", "Highest"]);
type Points = UsagePercentilesShownQuery["usagePercentiles"]["points"];

interface PercentileTableProps {
  title: string;
  points: Points | undefined;
  percents: readonly number[];
}

/** How long things take: below which value so many percent are. */
export function PercentileTable({ title, points, percents }: PercentileTableProps) {
  const heads = [...percents.map((each) => `p${each}`), "Highest", "Count"];
  const valueOf = (point: Points[number], percent: number) =>
    point.values.find((each) => each.percentile === percent)?.value ?? null;
  const csv = () =>
    toCsv([
      ["Measure", ...heads],
      ...(points ?? []).map((point) => [
        `${nameOf(point.measure)} (${unitOf(point.measure)})`,
        ...percents.map((each) => valueOf(point, each)),
        point.highest,
        point.count,
      ]),
    ]);
  return (
    <ChartCard
      title={title}
      about="Exact: each is one of the values that were measured"
      {...(points?.length && { csv })}
    >
      {!points && <Skeleton height={140} aria-busy="true" />}
      {points?.length === 0 && <div className={charts.gone}>Nothing was measured in this time.</div>}
      {points && points.length > 0 && (
        <table className={charts.twin} aria-label={title}>
          <thead>
            <tr>
              <th scope="col" className={charts.name}>
                What
              </th>
              {heads.map((each) => (
                <th key={each} scope="col" className={OPTIONAL.has(each) ? charts.optional : undefined}>
                  {each}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map((point) => (
              <tr key={`${point.measure}${groupKey(point.group)}`}>
                <th scope="row" className={charts.name}>
                  <SafeText text={point.group.length > 0 ? groupLabel(point.group) : nameOf(point.measure)} />
                </th>
                {percents.map((each) => (
                  <Cell key={each} point={point} value={valueOf(point, each)} optional={OPTIONAL.has(`p${each}`)} />
                ))}
                <Cell point={point} value={point.highest} optional />
                <td>{whole(point.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </ChartCard>
  );
}

function Cell({ point, value, optional }: { point: Points[number]; value: number | null; optional: boolean }) {
  const unit = unitOf(point.measure);
  return (
    <td title={value === null ? undefined : exact(unit, value)} className={optional ? charts.optional : undefined}>
      {value === null ? "unknown" : short(unit, value)}
    </td>
  );
}
