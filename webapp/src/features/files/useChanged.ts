import { useEffect, useState } from "react";

import { askPlain } from "@/shared/graphql/plain";
import type { FileStatus } from "@/shared/graphql/schema.generated";

import { FilesChangedDocument, type FilesChangedQuery } from "./api/FilesChanged.generated";
import { foldersAbove } from "./paths";

const MOST_PAGES = 5;

export interface Changed {
  /** By path: how a file differs from what the session started with. */
  files: ReadonlyMap<string, FileStatus>;
  /** Folders with such files in them. */
  folders: ReadonlySet<string>;
  total: number;
}

const NONE: Changed = { files: new Map(), folders: new Set(), total: 0 };

/** What the session has changed up to a tree; nothing until that is known. */
export function useChanged(id: string, at: string): Changed {
  const [changed, setChanged] = useState(NONE);
  useEffect(() => {
    const end = new AbortController();
    const ask = async () => {
      const files = new Map<string, FileStatus>();
      let [after, total]: [string | null, number] = [null, 0];
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { session }: FilesChangedQuery = await askPlain(FilesChangedDocument, { id, at, after }, end.signal);
        for (const file of session?.diff.files ?? []) files.set(file.path, file.status);
        total = session?.diff.totalFiles ?? 0;
        after = session?.diff.endCursor ?? null;
        if (after === null) break;
      }
      setChanged({ files, folders: new Set([...files.keys()].flatMap(foldersAbove)), total });
    };
    // the tree is of use without marks
    ask().catch(() => undefined);
    return () => end.abort();
  }, [id, at]);
  return changed;
}
