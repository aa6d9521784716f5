import { globalId } from "@/shared/text/ids";

/** What of the log is meant, and which event is looked at: all of it stands in the address. */
export interface LogSearch {
  topics?: string[];
  /** `user`, or with an id `user:…`. */
  by?: string;
  session?: string;
  stream?: string;
  request?: string;
  since?: string;
  until?: string;
  /** Look at this position and what is older, instead of the newest. */
  from?: number;
  /** The event that is open. */
  event?: number;
}

/** What a link narrows the log to. */
export type NarrowedBy = "session" | "stream" | "request";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" && value.length <= 200 ? value : undefined;
const uuid = (value: unknown): string | undefined =>
  typeof value === "string" && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)
    ? value.toLowerCase()
    : undefined;
const position = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
const moment = (value: unknown): string | undefined =>
  typeof value === "string" && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined;
const texts = (value: unknown): string[] | undefined => {
  const found = Array.isArray(value) ? value.filter((each) => text(each) !== undefined).slice(0, 50) : [];
  return found.length > 0 ? found : undefined;
};

export function validateSearch(search: Record<string, unknown>): LogSearch {
  return given({
    topics: texts(search.topics),
    by: text(search.by),
    session: uuid(search.session),
    stream: uuid(search.stream),
    request: uuid(search.request),
    since: moment(search.since),
    until: moment(search.until),
    from: position(search.from),
    event: position(search.event),
  });
}

/** Without what is undefined, so that addresses are short and searches compare. */
export const given = (search: LogSearch): LogSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

/** As the API takes it. */
export interface Filter {
  projectId?: string;
  sessionId?: string;
  topics?: string[];
  streamId?: string;
  correlationId?: string;
  actorKind?: string;
  actorId?: string;
  since?: string;
  until?: string;
}

export function filterOf(search: LogSearch, projectId: string | undefined): Filter {
  const [actorKind, ...rest] = (search.by ?? "").split(":");
  return {
    projectId,
    sessionId: search.session && globalId("Session", search.session),
    topics: search.topics,
    streamId: search.stream,
    correlationId: search.request,
    actorKind: actorKind || undefined,
    actorId: rest.join(":") || undefined,
    since: search.since,
    until: search.until,
  };
}

export const isNarrowed = ({ from: _from, event: _event, ...rest }: LogSearch): boolean =>
  Object.values(rest).some((value) => value !== undefined);

/** Names of the gateway's downloads, which are those of its arguments. */
export function exportAddress(filter: Filter, form: "jsonl" | "cloudevents"): string {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(filter) as [string, string | string[] | undefined][])
    for (const each of [value ?? []].flat()) asked.append(name === "topics" ? "topic" : snake(name), each);
  const query = asked.toString();
  return `/log/events.${form}${query && `?${query}`}`;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
