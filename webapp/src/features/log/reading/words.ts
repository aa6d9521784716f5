import { counted } from "@/shared/text/counts";

/** An event in words. Whatever a payload holds is somebody else's text: it is shown by `SafeText`. */
export interface Told {
  readonly headline: string;
  readonly detail: string;
}

type Payload = Record<string, unknown>;

/** Of a payload, what tells most, in this order. */
const TELLING = [
  "text",
  "title",
  "name",
  "summary",
  "message",
  "reason",
  "path",
  "host",
  "detail",
  "field",
  "status",
  "role",
  "branch",
  "kind",
  "worker_id",
  "number",
  "position",
];
const MOST_CHARACTERS = 200;

const own: Record<string, (payload: Payload) => string> = {
  CommandFinished: ({ exit_code, signal, reason }) =>
    [exit_code === null || exit_code === undefined ? (signal ?? "") : `exit ${exit_code}`, reason]
      .filter((each) => each && each !== "exited")
      .join(", "),
  NetworkAccessDecided: ({ verdict, host, port }) => `${verdict} ${host}:${port}`,
  WorkspaceFileWritten: ({ path, bytes }) => `${path}, ${bytes} bytes`,
  TaskCreated: ({ number, fields }) => `#${number} ${object(fields).title ?? ""}`,
  TaskEdited: ({ changes }) => Object.keys(object(changes)).join(", "),
  TokenIssued: ({ name, kind }) => `${name} (${kind})`,
  CheckpointSigned: ({ number, position }) => `checkpoint ${number} at ${position}`,
  PayloadErased: ({ reason, events }) => `${counted(list(events).length, "event")}: ${reason}`,
  SnapshotTaken: ({ files_changed }) => counted(number(files_changed), "file") + " changed",
};

export function told(topic: string, payload: string | null | undefined): Told {
  const content = object(parsed(payload));
  const detail = own[topic]?.(content) ?? telling(content);
  return { headline: headline(topic), detail: detail.slice(0, MOST_CHARACTERS) };
}

/** `CommandFinished` is `Command finished`; what is no name of ours stays as it is. */
export function headline(topic: string): string {
  if (!/^(?:[A-Z][a-z]+)+$/.test(topic)) return topic;
  return topic.replace(/(?!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function telling(payload: Payload): string {
  const name = TELLING.find((each) => ["string", "number"].includes(typeof payload[each]) && payload[each] !== "");
  return name ? String(payload[name]) : "";
}

function parsed(payload: string | null | undefined): unknown {
  try {
    return JSON.parse(payload ?? "null");
  } catch {
    return undefined;
  }
}

const object = (value: unknown): Payload =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Payload) : {};
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const number = (value: unknown): number => (Array.isArray(value) ? value.length : Number(value) || 0);

/** JSON as people read it; what is none stays as it is. */
export function pretty(payload: string): string {
  const content = parsed(payload);
  return content === undefined ? payload : JSON.stringify(content, null, 2);
}

/** Why the event at a position was erased, by the payload of a `PayloadErased`. */
export function reasonFor(position: number, payload: string | null | undefined): string | undefined {
  const { events, reason } = object(parsed(payload));
  const about = list(events).some((each) => object(each).position === position);
  return about && typeof reason === "string" ? reason : undefined;
}

/** `user:0199…` as it is shown: `user …ba55`, `conductor`. */
export function actor(kind: string, id: string): string {
  if (kind === "system") return id;
  return /^[\da-f-]{36}$/i.test(id) ? `${kind} ${id.slice(-8)}` : id;
}
