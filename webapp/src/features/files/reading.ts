import { askPlain, Refused } from "@/shared/graphql/plain";
import { decoded } from "@/shared/streams/output";

import { FilePartDocument, type FilePartQuery } from "./api/FilePart.generated";
import { FolderPageDocument } from "./api/FolderPage.generated";
import { contentOf, joined } from "./content";
import type { Known } from "./editing/saving";
import type { Folder } from "./tree/rows";

type Told = NonNullable<FilePartQuery["session"]>["file"];

export interface FilePart extends Omit<Told, "data"> {
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Up to 1 MiB of a file, from a byte on; without a point the newest. Raises Refused. */
export async function filePart(
  id: string,
  path: string,
  at: string | null,
  offset: number,
  signal?: AbortSignal,
): Promise<FilePart> {
  const { session } = await askPlain(FilePartDocument, { id, path, at, offset }, signal);
  if (!session) throw new Refused({ code: "NOT_FOUND", message: "There is no such session.", nextStep: "" });
  return { ...session.file, data: decoded(session.file.data) };
}

export async function folderPage(
  id: string,
  at: string,
  path: string,
  before: Folder | undefined,
  signal?: AbortSignal,
): Promise<Folder> {
  const after = before?.cursor ?? null;
  const { session } = await askPlain(FolderPageDocument, { id, at, path, after }, signal);
  const page = session?.tree;
  if (!page) return { entries: before?.entries ?? [], total: 0, cursor: null };
  return { entries: [...(before?.entries ?? []), ...page.entries], total: page.total, cursor: page.endCursor };
}

export const isNotFound = (error: unknown): boolean => error instanceof Refused && error.fault.code === "NOT_FOUND";

/** What can be edited: plain text that can be written back as it was. */
export const MOST_EDITED = 1024 * 1024;

export type Editable = { text: Known; kind: Told["kind"]; object: string } | { reason: string };

/** A file as the newest snapshot has it, for an editor; `text` is null where it is not there. Raises Refused. */
export async function editable(id: string, path: string): Promise<Editable> {
  let part: FilePart;
  try {
    part = await filePart(id, path, null, 0);
  } catch (error) {
    if (isNotFound(error)) return { text: null, kind: "FILE", object: "" };
    throw error;
  }
  if (part.kind !== "FILE" && part.kind !== "EXECUTABLE") return { reason: "Only plain files can be edited." };
  if (part.size > MOST_EDITED) return { reason: "Up to 1 MiB can be edited. Change it with a command." };
  const { text, exact } = contentOf(joined([part.data]));
  if (part.binary || !exact) return { reason: "It is no text. Send another with `qd file put --force`." };
  return { text, kind: part.kind, object: part.object };
}
