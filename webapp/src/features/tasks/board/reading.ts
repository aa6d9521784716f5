import { CombinedError } from "@urql/core";
import type { Client } from "urql";

import type { TaskFilterInput, TaskGrouping, TaskOrder, TaskStatus } from "@/shared/graphql/schema.generated";
import { UNCACHED } from "@/shared/graphql/uncached";

import { TaskBoardDocument } from "../api/TaskBoard.generated";
import { TaskListDocument } from "../api/TaskList.generated";
import type { Card, Column, ColumnKey } from "./columns";

/** Which tasks are meant. */
export interface Asked {
  readonly projectId: string;
  readonly filter: TaskFilterInput;
  readonly text: string | undefined;
}

/** Cards of a column at first, and by how many it grows. */
export const FIRST = 50;
export const MORE = 100;
const LARGEST_PAGE = 500;

/** A board as the log has it at `waitFor` or later, with the columns that are read on as far as they were. Raises. */
export async function readBoard(
  client: Client,
  { projectId, filter, text }: Asked,
  grouping: TaskGrouping,
  wanted: ReadonlyMap<ColumnKey, number>,
  waitFor: number,
): Promise<Column[]> {
  const variables = { projectId, groupBy: grouping, filter, text, first: FIRST, waitFor };
  const { data, error } = await client.query(TaskBoardDocument, variables, UNCACHED).toPromise();
  if (!data) throw error ?? new CombinedError({ networkError: new Error("There is no answer.") });
  return Promise.all(
    data.taskBoard.columns.map(async ({ key, count, entries }) => {
      const shown = wanted.get(key) ?? FIRST;
      if (shown <= entries.length || count <= entries.length) return { key, count, cards: entries };
      const only = { projectId, text, filter: ofColumn(filter, grouping, key) };
      const [column] = await readList(client, only, "URGENCY", shown, waitFor);
      return { key, count, cards: column?.cards ?? entries };
    }),
  );
}

/** The same as one column. Its count is what is there, and one more where there is more. */
export async function readList(
  client: Client,
  { projectId, filter, text }: Asked,
  order: TaskOrder | undefined,
  wanted: number,
  waitFor: number,
): Promise<Column[]> {
  const cards: Card[] = [];
  let after: string | null | undefined;
  let more = true;
  while (more && cards.length < wanted) {
    const first = Math.min(LARGEST_PAGE, wanted - cards.length);
    const variables = { projectId, filter, text, order, first, after, waitFor };
    // oxlint-disable-next-line no-await-in-loop -- each page begins where the last ended
    const { data, error } = await client.query(TaskListDocument, variables, UNCACHED).toPromise();
    if (!data) throw error ?? new CombinedError({ networkError: new Error("There is no answer.") });
    cards.push(...data.tasks.edges.map((edge) => edge.node));
    more = data.tasks.pageInfo.hasNextPage;
    after = data.tasks.pageInfo.endCursor;
  }
  return [{ key: null, count: cards.length + (more ? 1 : 0), cards }];
}

/** What narrows a list to one column of a board. */
export function ofColumn(filter: TaskFilterInput, grouping: TaskGrouping, key: ColumnKey): TaskFilterInput {
  switch (grouping) {
    case "OWNER":
      return key === null ? { ...filter, unowned: true } : { ...filter, owner: key };
    case "LABEL":
      return key === null ? { ...filter, unlabelled: true } : { ...filter, label: [...(filter.label ?? []), key] };
    default:
      return { ...filter, status: [key?.toUpperCase() as TaskStatus] };
  }
}
