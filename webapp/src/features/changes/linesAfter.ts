import type { FileChangeFragment } from "@/shared/diff/FileChange.generated";
import { linesOf } from "@/shared/diff/texts";
import { askPlain } from "@/shared/graphql/plain";
import { decoded } from "@/shared/streams/output";

import { FileAfterDocument } from "./api/FileAfter.generated";

/** The lines of a file as it is at a tree of a session. */
export async function linesAfter(id: string, file: FileChangeFragment, at: string | undefined): Promise<string[]> {
  if (at === undefined) return [];
  const { session } = await askPlain(FileAfterDocument, { id, path: file.path, at });
  const found = session?.file.data ?? "";
  return linesOf(decoded(found));
}
