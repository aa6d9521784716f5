import { Group, MultiSelect, Select, Stack } from "@mantine/core";

import { type BarRow, Bars } from "@/shared/charts/Bars";
import { slotsOf } from "@/shared/charts/palette";
import type { UsageDimension, UsageMeasure, UsageRanking } from "@/shared/graphql/schema.generated";
import { counted, whole } from "@/shared/text/counts";

import { UsageRankedDocument, type UsageRankedQuery } from "../api/UsageRanked.generated";
import { share } from "../bars";
import { askedOf, type Board, useMeasured } from "../board";
import { GroupName } from "../components/GroupName";
import { Told } from "../components/Told";
import { groupKey, groupLabel, type Point } from "../points";
import { DIMENSIONS, dimensionName, MEASURES, nameOf, unitOf } from "../terms";

const RANKINGS: { value: UsageRanking; label: string }[] = [
  { value: "TOTAL", label: "by the total" },
  { value: "COUNT", label: "by how many" },
  { value: "HIGHEST", label: "by the highest" },
];
const FIRST = 25;

export function Top({ board }: { board: Board }) {
  const { measure = "COST", by = ["MODEL"], ranking = "TOTAL" } = board.search;
  const asked = useMeasured(UsageRankedDocument, { ...askedOf(board), measure, by, ranking, first: FIRST });
  const top = asked.data?.usageTop;
  return (
    <Stack gap="md">
      <Told asked={[asked]} kept={top?.keptFrom} />
      <Controls board={board} measure={measure} by={by} ranking={ranking} />
      <Bars
        title={`${nameOf(measure)}, the first ${FIRST}`}
        unit={ranking === "COUNT" ? "count" : unitOf(measure)}
        of={by.map(dimensionName).join(" · ")}
        total={ranking === "TOTAL" ? "Total" : ranking === "COUNT" ? "Count" : "Highest"}
        columns={["Share", "Count", "Unknown"]}
        rows={top && rowsOf(top, board, ranking)}
      />
    </Stack>
  );
}

interface ControlsProps {
  board: Board;
  measure: UsageMeasure;
  by: readonly UsageDimension[];
  ranking: UsageRanking;
}

function Controls({ board: { go }, measure, by, ranking }: ControlsProps) {
  return (
    <Group gap="xs">
      <Select
        size="xs"
        w="14rem"
        aria-label="Measure"
        searchable
        allowDeselect={false}
        data={MEASURES.map((each) => ({ value: each, label: nameOf(each) }))}
        value={measure}
        onChange={(value) => go({ measure: MEASURES.find((each) => each === value && each !== "COST") })}
      />
      <MultiSelect
        size="xs"
        aria-label="Of"
        maxValues={3}
        data={DIMENSIONS.map((each) => ({ value: each, label: dimensionName(each) }))}
        value={[...by]}
        onChange={(values) => {
          const next = values.flatMap((value) => DIMENSIONS.filter((each) => each === value));
          if (next.length > 0) go({ by: next });
        }}
      />
      <Select
        size="xs"
        w="9.5rem"
        aria-label="Ranked"
        allowDeselect={false}
        data={RANKINGS}
        value={ranking}
        onChange={(value) =>
          go({ ranking: RANKINGS.find((each) => each.value === value && each.value !== "TOTAL")?.value })
        }
      />
    </Group>
  );
}

const lengthOf = (point: Point, ranking: UsageRanking) =>
  ranking === "COUNT" ? point.count : ranking === "HIGHEST" ? point.highest : point.total;

function rowsOf({ entries, other, all }: UsageRankedQuery["usageTop"], board: Board, ranking: UsageRanking): BarRow[] {
  const slots = slotsOf(entries.slice(0, 8).map((each) => groupKey(each.point.group)));
  const cells = (point: Point, part: number | null) => [
    share(part),
    whole(point.count),
    point.unknown > 0 ? whole(point.unknown) : "",
  ];
  const rows = entries.map(({ point, share: part }): BarRow => ({
    key: groupKey(point.group),
    label: groupLabel(point.group),
    shown: <GroupName group={point.group} board={board} />,
    value: lengthOf(point, ranking),
    slot: point.group.length > 1 ? 0 : (slots.get(groupKey(point.group)) ?? -1),
    cells: cells(point, part),
  }));
  if (other)
    rows.push({
      key: "\u0000other",
      label: counted(other.groups, "other"),
      value: lengthOf(other.point, ranking),
      cells: cells(other.point, other.share),
    });
  if (all && rows.length > 1)
    rows.push({
      key: "\u0000all",
      label: "In all",
      value: null,
      told: lengthOf(all, ranking),
      cells: cells(all, null),
    });
  return rows;
}
