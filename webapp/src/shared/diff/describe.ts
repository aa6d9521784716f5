import { bytes } from "@/shared/text/counts";

import type { FileChangeFragment } from "./FileChange.generated";

/** How a file differs, in the words of `qd diff`. */
export const statusWord = (file: FileChangeFragment): string => file.status.toLowerCase().replace("_", " ");

/** Where it is no plain file, or was another kind of thing. */
export function kindsOf({ oldKind, newKind }: FileChangeFragment): string | undefined {
  const kinds = [...new Set([oldKind, newKind])].filter((kind) => kind !== null);
  return kinds.join() === "FILE" ? undefined : kinds.join(" → ").toLowerCase();
}

const sized = (size: number | null): string => (size === null ? "-" : bytes(size));

/** What is to be said of a file beside its lines, or instead of them. */
export function notesOf(file: FileChangeFragment): string[] {
  const { binary, truncated, hunks, oldSize, newSize, status } = file;
  if (binary) return [`binary: ${sized(oldSize)} → ${sized(newSize)}`];
  if (truncated) return ["… more than is shown: it is too large to be compared line by line"];
  if (hunks.length > 0) return [];
  if (status === "RENAMED") return ["The content is the same."];
  if (status === "MODE_CHANGED") return ["Only whether it can be executed."];
  return ["It is empty."];
}
