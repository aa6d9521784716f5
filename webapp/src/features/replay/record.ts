import { askPlain } from "@/shared/graphql/plain";
import { decoded } from "@/shared/streams/output";
import { globalId } from "@/shared/text/ids";

import { ReplayErasuresDocument } from "./api/ReplayErasures.generated";
import type { ReplayFactFragment } from "./api/ReplayFact.generated";
import { ReplayFactsDocument } from "./api/ReplayFacts.generated";
import { ReplayMomentsDocument } from "./api/ReplayMoments.generated";
import { ReplayTranscriptDocument } from "./api/ReplayTranscript.generated";
import { factOf, isTold, micros, TOLD } from "./core/facts";
import type { Hole } from "./core/tape";
import { Timeline } from "./core/timeline";
import type { FetchPage } from "./core/transcript";

/** Reads a session's events: when each was, and what those say that change how things stand. Raises Refused. */
export async function readTimeline(sessionId: string, say: (events: number) => void, signal: AbortSignal) {
  const line = new Timeline();
  for (let more = true; more;) {
    const found = await askPlain(ReplayMomentsDocument, { id: sessionId, after: line.last }, signal);
    const columns = found.session?.eventMoments;
    more = (columns?.positions.length ?? 0) > 0;
    if (columns) line.add(columns);
    say(line.length);
  }
  for (let after: number | undefined = 0; after !== undefined;) {
    after = await readFacts(sessionId, line, after, signal);
    say(line.length);
  }
  return line;
}

/** Gives the position after which there are more. */
async function readFacts(sessionId: string, line: Timeline, after: number, signal: AbortSignal) {
  const asked = { sessionId, topics: [...TOLD], after: String(after) };
  const { events } = await askPlain(ReplayFactsDocument, asked, signal);
  for (const { node } of events.edges) line.take(factOf(node));
  return events.pageInfo.hasNextPage ? events.edges.at(-1)?.node.position : undefined;
}

/** Events that happen while one looks. */
export function follow(line: Timeline, events: readonly ReplayFactFragment[]): void {
  line.add({
    positions: events.map((each) => each.position),
    times: events.map((each) => micros(each.recordedAt)),
    topics: events.map((each) => each.topic),
    topicOf: events.map((_, index) => index),
  });
  for (const each of events) if (isTold(each)) line.take(factOf(each));
}

export const transcriptOf =
  (uuid: string): FetchPage =>
  async (after, limit) => {
    const id = globalId("Command", uuid);
    const { command } = await askPlain(ReplayTranscriptDocument, { id, after, limit });
    if (!command) return { frames: [], next: after, complete: true };
    const { frames, nextOffset: next, complete } = command.transcript;
    return { frames: frames.map((frame) => ({ ...frame, data: decoded(frame.data) })), next, complete };
  };

export async function holesOf(uuid: string): Promise<readonly Hole[]> {
  const { command } = await askPlain(ReplayErasuresDocument, { id: globalId("Command", uuid) });
  return command?.erasures ?? [];
}
