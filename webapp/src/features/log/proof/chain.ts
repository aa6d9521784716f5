import { uuidOf } from "@/shared/text/ids";

/**
 * The log's digest chain, as `quarterdeck.audit.chain` lays it down:
 *
 *     digest(n) = SHA-256( digest(n-1) ‖ position ‖ columns )
 *
 * `columns` are as PostgreSQL's binary protocol sends them: type, length, value, big-endian.
 */
export interface Linked {
  readonly position: number;
  readonly streamId: string;
  readonly version: number;
  readonly topic: string;
  readonly schemaVersion: number;
  readonly payloadDigest: string;
  readonly recordedAt: string;
  readonly correlationId: string;
  readonly actorKind: string;
  readonly actorId: string;
  readonly causationId?: string | null;
  readonly projectId?: string | null;
  readonly sessionId?: string | null;
  readonly traceparent?: string | null;
}

export interface Head {
  readonly position: number;
  /** Hex. */
  readonly digest: string;
}

/** Before the first event. */
export const GENESIS: Head = { position: 0, digest: "00".repeat(32) };

const [INT4, TEXT, BYTEA, UUID, TIMESTAMPTZ] = [23, 25, 17, 2950, 1184];
const NULL = -1;
const EPOCH_MS = Date.UTC(2000, 0, 1);
const utf8 = new TextEncoder();

export async function digestAfter(previous: string, event: Linked): Promise<string> {
  const bytes = concat([fromHex(previous), number(8, event.position), ...columns(event)]);
  return toHex(await crypto.subtle.digest("SHA-256", bytes));
}

function columns(event: Linked): Uint8Array[] {
  return [
    uuid(event.streamId),
    column(INT4, number(4, event.version)),
    text(event.topic),
    column(INT4, number(4, event.schemaVersion)),
    column(BYTEA, fromHex(event.payloadDigest)),
    column(TIMESTAMPTZ, number(8, microseconds(event.recordedAt))),
    uuid(event.correlationId),
    text(event.actorKind),
    text(event.actorId),
    text(event.causationId),
    uuid(event.projectId),
    uuid(event.sessionId),
    text(event.traceparent),
  ];
}

function column(type: number, value: Uint8Array | undefined): Uint8Array {
  const head = concat([number(4, type), number(4, value?.length ?? NULL)]);
  return value ? concat([head, value]) : head;
}

const text = (value: string | null | undefined): Uint8Array =>
  column(TEXT, value === null || value === undefined ? undefined : utf8.encode(value));

const uuid = (value: string | null | undefined): Uint8Array =>
  column(UUID, value ? fromHex(uuidOf(value).replaceAll("-", "")) : undefined);

function number(size: 4 | 8, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  if (size === 4) view.setInt32(0, value);
  else view.setBigInt64(0, BigInt(value));
  return new Uint8Array(view.buffer);
}

/** Since 2000, of a time as the API writes it: `2026-11-30T12:00:00.000001+00:00`. */
export function microseconds(moment: string): number {
  const [seconds = "", rest = ""] = moment.replace("+00:00", "").split(".");
  return (Date.parse(`${seconds}Z`) - EPOCH_MS) * 1000 + Number(rest.padEnd(6, "0"));
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from({ length: hex.length / 2 }, (_, index) => Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16));

export const toHex = (bytes: ArrayBuffer | Uint8Array): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function sha256(content: string): Promise<string> {
  return toHex(await crypto.subtle.digest("SHA-256", utf8.encode(content)));
}
