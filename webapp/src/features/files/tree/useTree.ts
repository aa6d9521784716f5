import { useEffect, useRef, useState } from "react";

import { foldersAbove, isFolder } from "../paths";
import { folderPage } from "../reading";
import type { Folder } from "./rows";

interface Held extends Folder {
  readonly tree: string;
}

const opening = (path: string | undefined): string[] =>
  path ? [...foldersAbove(path), ...(isFolder(path) ? [path.slice(0, -1)] : [])] : [];

/**
 * The folders that are open, as one tree has them. When the tree changes, what was shown stays until the new is there.
 * Folders above the path that is shown are opened.
 */
export function useTree(sessionId: string, root: Folder & { readonly tree: string }, path: string | undefined) {
  const [held, setHeld] = useState<ReadonlyMap<string, Held>>(new Map());
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(opening(path)));
  const asked = useRef(new Set<string>());
  const { tree } = root;

  useEffect(() => {
    if (path) setOpen((before) => new Set([...before, ...opening(path)]));
  }, [path]);

  const put = (folder: string, page: Folder) => setHeld((before) => new Map(before).set(folder, { ...page, tree }));
  const fetchOf = (folder: string, before: Folder | undefined) => {
    const key = `${tree}:${before?.cursor ?? ""}:${folder}`;
    if (asked.current.has(key)) return;
    asked.current.add(key);
    folderPage(sessionId, tree, folder, before)
      .then((page) => put(folder, page))
      // it is not there any more at this point, or cannot be read: shown as empty
      .catch(() => put(folder, { entries: before?.entries ?? [], total: 0, cursor: null }))
      .finally(() => asked.current.delete(key));
  };

  useEffect(() => {
    for (const each of open) if (each && held.get(each)?.tree !== tree) fetchOf(each, undefined);
  });

  const longerRoot = held.get("");
  const folders = new Map<string, Folder>(held).set("", longerRoot?.tree === tree ? longerRoot : root);
  return {
    folders,
    open,
    toggle: (folder: string, to: boolean) =>
      setOpen((before) => {
        const next = new Set(before);
        if (to) next.add(folder);
        else next.delete(folder);
        return next;
      }),
    more: (folder: string) => fetchOf(folder, folders.get(folder)),
  };
}
