const REFERENCE = /^#?(?:t-?)?(?<number>\d{1,9})$/i;

/** Of a task that is written as `T-17`, `#T-17`, `#17` or `17`. */
export function taskNumberIn(text: string): number | undefined {
  const found = REFERENCE.exec(text.trim())?.groups?.number;
  return found && Number(found) > 0 ? Number(found) : undefined;
}
