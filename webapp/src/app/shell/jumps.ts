import { globalId, suffixOf, typeOf } from "@/shared/text/ids";
import { taskNumberIn } from "@/shared/text/references";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;
const KINDS = ["Session", "Command", "Task", "Report"];
/** As many digits as a short id has: fewer are likely a word. */
const SHORT = 8;

/** The global ids that somebody may mean who pasted an id: of one kind where it says so, of any where it does not. */
export function meant(text: string): string[] {
  const id = text.trim();
  if (UUID.test(id)) return KINDS.map((kind) => globalId(kind, id.toLowerCase()));
  const kind = typeOf(id);
  return kind && KINDS.includes(kind) ? [id] : [];
}

/** The digits of a short id, where that is what was typed. */
export function shortIn(text: string): string | undefined {
  const digits = suffixOf(text.trim());
  return digits && digits.length >= SHORT ? digits : undefined;
}

/** The number of the task that somebody means who typed `T-17` or `#17`. A bare number may be anything. */
export const taskMeant = (text: string): number | undefined => (/^\s*\d/.test(text) ? undefined : taskNumberIn(text));
