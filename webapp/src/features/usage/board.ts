import type { TypedDocumentNode } from "@urql/core";
import { type ReactNode, useEffect, useRef } from "react";
import type { AnyVariables } from "urql";

import type { UsageDimension, UsageMeasure } from "@/shared/graphql/schema.generated";
import { useAsked } from "@/shared/graphql/useAsked";
import type { CurrentProject } from "@/shared/projects/useProjects";
import { about, useFresh } from "@/shared/streams/feed";

import { UsageOverTimeDocument } from "./api/UsageOverTime.generated";
import { iso, type Range } from "./range";
import { filtersOf, type UsageSearch } from "./search";

/** What all tabs show something of. */
export interface Board {
  project: CurrentProject;
  search: UsageSearch;
  range: Range;
  go: (part: { [Name in keyof UsageSearch]?: UsageSearch[Name] | undefined }) => void;
  zoom: (from: number, to: number) => void;
  links: (from: number, to: number) => ReactNode;
}

export const timesOf = ({ project, range }: Board) => ({
  projectId: project.id,
  from: iso(range.from),
  to: iso(range.to),
});

export const askedOf = (board: Board) => ({ ...timesOf(board), filters: filtersOf(board.search) });

const MEASURED = about("ModelUsage", "ModelCall", "Command", "Session", "Snapshot", "Network", "Task", "PriceTable");
/** Many events concern usage, and sums over months are dear: no chart is asked for more often. */
const CALM_MS = 5000;

function useCalm(run: () => void): () => void {
  const latest = useRef(run);
  const due = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const last = useRef(0);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => () => clearTimeout(due.current), []);
  return () => {
    if (due.current !== undefined) return;
    const ask = () => {
      due.current = undefined;
      last.current = Date.now();
      latest.current();
    };
    due.current = setTimeout(ask, Math.max(0, last.current + CALM_MS - Date.now()));
  };
}

/** Asked again when facts arrive, as often as is bearable. */
export function useMeasured<Data, Variables extends AnyVariables>(
  query: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) {
  const asked = useAsked<Data, Variables>({ query, variables, requestPolicy: "cache-and-network" } as Parameters<
    typeof useAsked<Data, Variables>
  >[0]);
  useFresh(useCalm(asked.again), MEASURED);
  return asked;
}

/** Sums by bucket, and told apart by dimensions. */
export function useSeries(board: Board, measures: readonly UsageMeasure[], groupBy: readonly UsageDimension[] = []) {
  const variables = { ...askedOf(board), measures: [...measures], bucket: board.range.bucket, groupBy: [...groupBy] };
  return useMeasured(UsageOverTimeDocument, variables);
}
