import { counted, whole } from "@/shared/text/counts";
import { span } from "@/shared/time/spans";

/** What words are made of. */
export interface Told {
  readonly topic: string;
  readonly payload: string | null | undefined;
  readonly known: boolean;
  readonly erased: boolean;
}

/** An event in words: what happened, and what tells most of it. Others may have written both: show them by SafeText. */
export interface Words {
  what: string;
  more: string;
}

const LONGEST = 400;
/** What tells most of an event that has no words of its own, in this order. */
const TELLING = [
  "reason",
  "detail",
  "title",
  "text",
  "status",
  "name",
  "host",
  "model",
  "branch",
  "tree",
  "message",
  "path",
  "role",
  "kind",
] as const;

type Facts = Record<string, unknown>;

/** `SessionClosed`: Session closed. What is no name of ours stays as it is. */
export function nameOf(topic: string): string {
  if (!/^(?:[A-Z][a-z]+)+$/.test(topic)) return topic;
  const spaced = topic.replaceAll(/(?<!^)(?=[A-Z])/g, " ").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** The payload, where it is an object. */
export function factsOf(payload: string | null | undefined): Facts {
  try {
    return object(JSON.parse(payload ?? "null"));
  } catch {
    return {};
  }
}

const object = (value: unknown): Facts =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Facts) : {};

/** The same words that `qd audit` says. */
export function wordsOf(event: Told): Words {
  const what = nameOf(event.topic);
  if (event.erased && !event.payload) return { what, more: "(erased)" };
  if (!event.known) return { what, more: "(unknown to this release)" };
  const told = (WORDS[event.topic] ?? firstTold)(factsOf(event.payload));
  return { what, more: told.length > LONGEST ? `${told.slice(0, LONGEST - 1)}…` : told };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const files = (count: unknown): string => `${counted(number(count), "file")} changed`;

const firstTold = (facts: Facts): string => TELLING.map((name) => text(facts[name])).find(Boolean) ?? "";

function finished(facts: Facts): string {
  const signal = text(facts.signal);
  const reason = text(facts.reason).replaceAll("_", " ");
  const how = reason === "exited" ? `exit ${String(facts.exit_code)}` : signal ? `${reason} ${signal}` : reason;
  const changed = number(facts.files_changed_total) ? `, ${files(facts.files_changed_total)}` : "";
  return `${how}, ${span(number(facts.wall_ms) / 1000)}${changed}`;
}

function resized(facts: Facts): string {
  const size = facts.terminal as { columns?: unknown; rows?: unknown } | undefined;
  return `${number(size?.columns)} x ${number(size?.rows)}`;
}

function decided(facts: Facts): string {
  const why = text(facts.reason);
  return `${text(facts.verdict)} ${text(facts.host) || "(several)"}:${number(facts.port)}${why ? `: ${why}` : ""}`;
}

/** Of the fields of an edit, those that change. */
const changed = (fields: Facts): string =>
  Object.keys(fields)
    .filter((name) => fields[name] !== null)
    .join(", ");

function erasure(facts: Facts): string {
  const stretches = [facts.events, facts.output].flatMap((each) => (Array.isArray(each) ? each : []));
  return `${counted(stretches.length, "place")}: ${text(facts.reason)}`;
}

const WORDS: Record<string, (facts: Facts) => string> = {
  CommandRequested: (facts) => text(facts.text),
  CommandFinished: finished,
  CommandLost: (facts) => text(facts.reason),
  CommandRefused: (facts) => text(facts.reason),
  CommandResized: resized,
  CommandSignalled: (facts) => text(facts.signal),
  SnapshotTaken: (facts) => `${files(facts.files_changed)}, tree ${text(facts.tree).slice(0, 12)}`,
  NetworkAccessDecided: decided,
  SessionTaskGiven: (facts) => text(facts.reference),
  WorkspaceFileWritten: (facts) => `${text(facts.path)}, ${counted(number(facts.bytes), "byte")}`,
  TaskCreated: (facts) => `#${number(facts.number)} ${text(object(facts.fields).title)}`,
  TaskEdited: (facts) => changed(object(facts.changes)),
  TokenIssued: (facts) => `${text(facts.name)} (${text(facts.kind)})`,
  CheckpointSigned: (facts) => `number ${number(facts.number)}, up to position ${whole(number(facts.position))}`,
  PayloadErased: erasure,
};
