import type { TaskField } from "@/shared/graphql/schema.generated";

interface Entry {
  readonly position: number;
  readonly changes: readonly { readonly field: TaskField; readonly value: string }[];
}

export interface Change {
  readonly field: TaskField;
  readonly value: string;
  /** What it was before; undefined: not known here, or it is nothing that has a value before. */
  readonly before: string | undefined;
}

/** What happens, and has no value that it replaces. */
const HAPPENS = new Set<TaskField>(["NOTE", "LINK", "UNLINK", "WORK", "CONFLICT", "CLAIM"]);
const EMPTY = new Set(['""', "[]", "0"]);

/**
 * With what each field was before. Entries come newest first; of the oldest that are here it is not known what was
 * before. A new task's first entry tells all fields: of these, what is empty is left out.
 */
export function withBefore<Of extends Entry>(
  entries: readonly Of[],
  isWhole: boolean,
): { entry: Of; changes: Change[] }[] {
  const known = new Map<TaskField, string>();
  const found = entries.toReversed().map((entry, index) => {
    const isFirst = isWhole && index === 0;
    const changes = entry.changes
      .filter(({ value }) => !(isFirst && EMPTY.has(value)))
      .map(({ field, value }) => ({ field, value, before: HAPPENS.has(field) ? undefined : known.get(field) }));
    for (const { field, value } of entry.changes) known.set(field, value);
    return { entry, changes };
  });
  return found.toReversed();
}
