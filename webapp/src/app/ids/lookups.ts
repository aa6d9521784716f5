import { askPlain } from "@/shared/graphql/plain";
import { endsWith } from "@/shared/text/ids";

import { AlertIdsDocument } from "./api/AlertIds.generated";
import { BudgetIdsDocument } from "./api/BudgetIds.generated";
import { CommandIdsDocument } from "./api/CommandIds.generated";
import { RecentCommandIdsDocument } from "./api/RecentCommandIds.generated";
import { ReportIdsDocument } from "./api/ReportIds.generated";
import { SessionIdsDocument } from "./api/SessionIds.generated";

interface Page {
  ids: readonly string[];
  /** Where it goes on; undefined: there is no more. */
  next: string | undefined;
}

/** Gives a page of ids after a cursor. */
export type Pages = (cursor: string | undefined) => Promise<Page>;

const PAGE = 100;
/** So many ids are looked through for a short one, the newest first, as `qd` does. */
const LOOK_BACK = 2000;
const RECENT_SESSIONS = 10;
const RECENT_COMMANDS = 50;

interface Connection {
  edges: readonly { node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

const idsOf = ({ edges }: Pick<Connection, "edges">): string[] => edges.map(({ node }) => node.id);
const pageOf = (found: Connection): Page => ({
  ids: idsOf(found),
  next: found.pageInfo.hasNextPage ? (found.pageInfo.endCursor ?? undefined) : undefined,
});

export const sessionIds =
  (projectId?: string): Pages =>
  async (after) =>
    pageOf((await askPlain(SessionIdsDocument, { projectId, first: PAGE, after })).sessions);

export const reportIds =
  (projectId?: string): Pages =>
  async (after) =>
    pageOf((await askPlain(ReportIdsDocument, { projectId, first: PAGE, after })).reports);

export const budgetIds =
  (projectId?: string): Pages =>
  async (after) =>
    pageOf((await askPlain(BudgetIdsDocument, { projectId, first: PAGE, after })).budgets);

export const alertIds =
  (projectId?: string): Pages =>
  async (after) =>
    pageOf((await askPlain(AlertIdsDocument, { projectId, first: PAGE, after })).alerts);

export const commandIds =
  (sessionId: string): Pages =>
  async (before) => {
    const { session } = await askPlain(CommandIdsDocument, { id: sessionId, last: PAGE, before });
    if (!session) return { ids: [], next: undefined };
    const { pageInfo } = session.commands;
    return {
      ids: idsOf(session.commands),
      next: pageInfo.hasPreviousPage ? (pageInfo.startCursor ?? undefined) : undefined,
    };
  };

/** Of the newest sessions. */
export const recentCommandIds: Pages = async () => {
  const asked = { first: RECENT_SESSIONS, last: RECENT_COMMANDS };
  const { sessions } = await askPlain(RecentCommandIdsDocument, asked);
  return { ids: sessions.edges.flatMap(({ node }) => idsOf(node.commands)), next: undefined };
};

/** The ids that end so, among the newest. */
export async function endingWith(suffix: string, pages: Pages): Promise<string[]> {
  const found: string[] = [];
  let looked = 0;
  let cursor: string | undefined;
  do {
    const { ids, next } = await pages(cursor);
    found.push(...ids.filter((id) => endsWith(id, suffix)));
    looked += ids.length;
    cursor = next;
  } while (cursor !== undefined && looked < LOOK_BACK);
  return found;
}
