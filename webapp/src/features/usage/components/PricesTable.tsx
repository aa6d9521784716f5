import { type Column, DataTable } from "@/shared/ui/DataTable";
import { SafeText } from "@/shared/ui/SafeText";
import { Time } from "@/shared/ui/Time";

import type { Price } from "../prices";

/** All of it, and cents at least. */
const money = (dollars: string): string => {
  const [whole = "", rest = ""] = dollars.split(".");
  return `$${whole}.${rest.padEnd(2, "0")}`;
};

type Optional = "cacheRead" | "cacheCreation" | "reasoning";

const amount = (name: Optional, header: string, like: string): Column<Price> => ({
  key: name,
  header,
  end: true,
  priority: name === "cacheRead" ? 2 : 3,
  width: "8rem",
  cell: (price) => (price[name] === null ? <span title={`costs as ${like}`}>as {like}</span> : money(price[name])),
});

const columns: readonly Column<Price>[] = [
  { key: "provider", header: "Provider", cell: (price) => <SafeText text={price.provider} /> },
  { key: "model", header: "Model", width: "minmax(0, 2fr)", cell: (price) => <SafeText text={price.model} /> },
  { key: "input", header: "Input", end: true, width: "5rem", cell: (price) => money(price.input) },
  { key: "output", header: "Output", end: true, width: "5rem", cell: (price) => money(price.output) },
  amount("cacheRead", "From cache", "input"),
  amount("cacheCreation", "To cache", "input"),
  amount("reasoning", "Reasoning", "output"),
  {
    key: "since",
    header: "Calls since",
    priority: 2,
    width: "8rem",
    cell: (price) => (price.since ? <Time at={price.since} /> : "ever"),
  },
];

export const PricesTable = ({ prices }: { prices: readonly Price[] }) => (
  <DataTable
    label="Prices"
    columns={columns}
    rows={prices}
    rowKey={(price) => `${price.provider}\u0000${price.model}\u0000${price.since}`}
  />
);
