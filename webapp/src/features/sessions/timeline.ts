import type { Client } from "urql";

import type { EventShownFragment } from "@/shared/events/EventShown.generated";
import { EventPages } from "@/shared/events/pages";
import { faultOf } from "@/shared/graphql/faults";
import { UNCACHED } from "@/shared/graphql/uncached";

import { SessionEventMarksDocument } from "./api/SessionEventMarks.generated";
import { SessionEventPageDocument } from "./api/SessionEventPage.generated";

export type SessionEvents = EventPages<EventShownFragment>;

/** A session's events of some topics, or all: where its pages begin. They are fetched as they are looked at. */
export async function openEvents(
  client: Client,
  sessionId: string,
  topics: readonly string[] | undefined,
): Promise<{ pages: SessionEvents; last: number }> {
  const variables = { id: sessionId, topics };
  const { data, error } = await client.query(SessionEventMarksDocument, variables, UNCACHED).toPromise();
  if (error) throw new Error(faultOf(error).message, { cause: error });
  const marks = data?.session?.eventMarks ?? { total: 0, every: 100, positions: [], last: 0 };
  const load = async (after: number, first: number) => {
    const asked = { sessionId, topics, after: String(after), first };
    const page = await client.query(SessionEventPageDocument, asked, UNCACHED).toPromise();
    if (page.error) throw new Error(faultOf(page.error).message, { cause: page.error });
    return page.data?.events.edges.map((edge) => edge.node) ?? [];
  };
  return { pages: new EventPages(marks, load), last: marks.last };
}
