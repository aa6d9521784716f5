import { folderPage } from "../reading";

const AT_ONCE = 4;
/** A repository may have more folders than anybody would wait for. */
const MOST_FOLDERS = 1500;

/** Whether folders are left that were not looked into. */
export interface Walked {
  paths: string[];
  folders: number;
  cut: boolean;
}

/** Paths of all files of a tree, the outer folders first; `onMore` is told as they come. */
export async function walk(
  sessionId: string,
  tree: string,
  onMore: (walked: Walked) => void,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [""];
  const walked: Walked = { paths: [], folders: 0, cut: false };
  while (waiting.length > 0 && walked.folders < MOST_FOLDERS) {
    const next = waiting.splice(0, AT_ONCE);
    const found = await Promise.all(next.map((path) => wholeFolder(sessionId, tree, path, signal)));
    for (const entry of found.flat()) (entry.kind === "FOLDER" ? waiting : walked.paths).push(entry.path);
    walked.folders += next.length;
    walked.cut = waiting.length > 0;
    onMore({ ...walked, paths: [...walked.paths] });
  }
}

async function wholeFolder(sessionId: string, tree: string, path: string, signal: AbortSignal) {
  let folder = await folderPage(sessionId, tree, path, undefined, signal);
  while (folder.cursor !== null) folder = await folderPage(sessionId, tree, path, folder, signal);
  return folder.entries;
}
