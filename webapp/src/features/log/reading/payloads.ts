import { factsOf } from "@/shared/events/words";

/** JSON as people read it; what is none stays as it is. */
export function pretty(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}

/** Why the event at a position was erased, by the payload of a `PayloadErased`. */
export function reasonFor(position: number, payload: string | null | undefined): string | undefined {
  const { events, reason } = factsOf(payload);
  const about = Array.isArray(events) && events.some((each: { position?: unknown }) => each?.position === position);
  return about && typeof reason === "string" ? reason : undefined;
}

/** `user:0199…` as it is shown: `user …ba55`, `conductor`. */
export function actor(kind: string, id: string): string {
  if (kind === "system") return id;
  return /^[\da-f-]{36}$/i.test(id) ? `${kind} ${id.slice(-8)}` : id;
}
