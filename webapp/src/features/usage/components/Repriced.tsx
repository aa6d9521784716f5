import { Text } from "@mantine/core";

import { Bars } from "@/shared/charts/Bars";
import { short } from "@/shared/charts/units";
import type { ModelPriceInput, UsageMeasure } from "@/shared/graphql/schema.generated";
import { useAsked } from "@/shared/graphql/useAsked";
import { beginOf, DAY_MS } from "@/shared/time/buckets";
import { useNow } from "@/shared/time/clock";

import { UsageOverTimeDocument } from "../api/UsageOverTime.generated";
import type { Price } from "../prices";
import { iso } from "../range";
import { repriced } from "../repricing";
import { TOKENS } from "../terms";

const DAYS = 30;
const MEASURED: readonly UsageMeasure[] = ["COST", ...TOKENS];

interface RepricedProps {
  projectId: string;
  /** As they are now. */
  now: readonly Price[];
  /** As they would be. */
  prices: readonly ModelPriceInput[];
}

/** What the last month would cost, model by model: only those whose cost would be another. */
export function Repriced({ projectId, now, prices }: RepricedProps) {
  const today = beginOf("DAY", useNow());
  const { data } = useAsked({
    query: UsageOverTimeDocument,
    variables: {
      projectId,
      from: iso(today - DAYS * DAY_MS),
      to: iso(today + DAY_MS),
      measures: [...MEASURED],
      bucket: "DAY",
      groupBy: ["PROVIDER", "MODEL"],
    },
  });
  if (!data) return null;
  const rows = repriced(data.usage.points, now, prices);
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed">
        The calls of the last {DAYS} days would cost the same.
      </Text>
    );
  return (
    <Bars
      title={`What the last ${DAYS} days would cost`}
      about="Day by day, so a price that begins within one is counted from the next day on"
      unit="nano-dollars"
      of="Model"
      total="Then"
      columns={["Now", "Change"]}
      rows={rows.map(({ provider, model, before, after }) => ({
        key: `${provider}\u0000${model}`,
        label: `${provider} ${model}`,
        value: after,
        slot: 0,
        cells: [
          before === null ? "unknown" : short("nano-dollars", before),
          after === null || before === null
            ? ""
            : `${after < before ? "−" : "+"}${short("nano-dollars", Math.abs(after - before))}`,
        ],
      }))}
    />
  );
}
