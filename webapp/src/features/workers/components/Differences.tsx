import { useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";
import { type Column, DataTable } from "@/shared/ui/DataTable";
import { Failure } from "@/shared/ui/Failure";
import { SafeText } from "@/shared/ui/SafeText";

import { ReadModelDifferencesDocument, type ReadModelDifferencesQuery } from "../api/ReadModelDifferences.generated";

type Difference = ReadModelDifferencesQuery["readModelDifferences"]["edges"][number]["node"];

const shown = (value: string | null | undefined) =>
  value === null || value === undefined ? "no such row" : <SafeText text={value} />;

const columns: Column<Difference>[] = [
  { key: "table", header: "Table", width: "9rem", cell: (each) => each.table },
  { key: "key", header: "Row", cell: (each) => <SafeText text={each.key} /> },
  { key: "column", header: "Column", width: "8rem", priority: 2, cell: (each) => each.column ?? "whole row" },
  { key: "logged", header: "By the log", priority: 2, cell: (each) => shown(each.logged) },
  { key: "live", header: "In the read model", priority: 2, cell: (each) => shown(each.live) },
];

export function Differences({ checkId }: { checkId: string }) {
  const [after, setAfter] = useState<string>();
  const { data, fault, again } = useAsked({ query: ReadModelDifferencesDocument, variables: { checkId, after } });
  const rows = data?.readModelDifferences.edges.map((edge) => edge.node) ?? [];
  const { hasNextPage, endCursor } = data?.readModelDifferences.pageInfo ?? {};
  if (fault) return <Failure fault={fault} again={again} />;
  return (
    <DataTable
      label="Differences"
      columns={columns}
      rows={rows}
      rowKey={(each) => String(each.number)}
      more={hasNextPage && endCursor ? () => setAfter(endCursor) : undefined}
    />
  );
}
