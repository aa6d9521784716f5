import { globalId, typeOf } from "@/shared/text/ids";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;
const KINDS = ["Session", "Command", "Task"];

/** The global ids that somebody may mean who pasted an id: of one kind where it says so, of any where it does not. */
export function meant(text: string): string[] {
  const id = text.trim();
  if (UUID.test(id)) return KINDS.map((kind) => globalId(kind, id.toLowerCase()));
  const kind = typeOf(id);
  return kind && KINDS.includes(kind) ? [id] : [];
}
