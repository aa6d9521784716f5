import { typeOf, uuidOf } from "@/shared/text/ids";

import { given, type LogSearch } from "./search";

/** Where what an event is about is shown. */
interface About {
  readonly topic: string;
  readonly streamId: string;
  readonly sessionId?: string | null;
}

export const sessionAddress = (slug: string, sessionId: string): string =>
  `/p/${encodeURIComponent(slug)}/sessions/${typeOf(sessionId) ? uuidOf(sessionId) : sessionId}`;

/** The page of the thing, and what that is called; undefined where it has none. */
export function aboutAddress(slug: string, event: About): { address: string; label: string } | undefined {
  const { topic, streamId, sessionId } = event;
  if (topic.startsWith("Command") && sessionId)
    return { address: `${sessionAddress(slug, sessionId)}/commands/${streamId}`, label: "its command" };
  if (sessionId) return { address: sessionAddress(slug, sessionId), label: "its session" };
  if (topic.startsWith("Task")) return { address: `/p/${encodeURIComponent(slug)}/tasks`, label: "the tasks" };
  return undefined;
}

const HOUR_MS = 3_600_000;

/** All that one request did: with times, as a long log is searched for it. */
export function requestSearch(correlationId: string, recordedAt: string): LogSearch {
  const at = Date.parse(recordedAt);
  return {
    request: correlationId,
    since: new Date(at - HOUR_MS).toISOString(),
    until: new Date(at + HOUR_MS).toISOString(),
  };
}

/** The history of the thing whose event led to another; undefined where a commit did. */
export function causeSearch(causationId: string): LogSearch | undefined {
  const [stream = "", version] = causationId.split(":");
  return version && stream.length === 36 ? given({ stream }) : undefined;
}
