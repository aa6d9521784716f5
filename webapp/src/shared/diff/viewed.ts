import type { FileChangeFragment } from "./FileChange.generated";

const NAME = "qd-viewed";
/** Of all that was ever ticked in this browser; beyond it the oldest are forgotten. */
const MOST = 5000;

/** Says whether a change is the one that was ticked: a file that changed again is another. */
export function changeKey(scope: string, file: FileChangeFragment): string {
  const { path, oldPath, status, oldKind, newKind, oldSize, newSize, hunks } = file;
  const lines = hunks.map((hunk) => `${hunk.oldStart} ${hunk.newStart}\n${hunk.lines.join("\n")}`);
  return digest([scope, path, oldPath, status, oldKind, newKind, oldSize, newSize, ...lines].join("\0"));
}

/** Two FNV-1a hashes: nobody but the viewer could gain by a collision. */
function digest(text: string): string {
  let [one, two] = [0x811c9dc5, 0x01000193];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ (code + at), 0x85ebca6b);
  }
  return (one >>> 0).toString(36) + (two >>> 0).toString(36);
}

export function ticked(): ReadonlySet<string> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return new Set(Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : []);
  } catch {
    return new Set();
  }
}

/** Read anew each time: another tab may have ticked meanwhile. */
export function tick(key: string, on: boolean): ReadonlySet<string> {
  const keys = new Set(ticked());
  keys.delete(key);
  if (on) keys.add(key);
  const kept = [...keys].slice(-MOST);
  try {
    localStorage.setItem(NAME, JSON.stringify(kept));
  } catch {
    // storage is off or full: until the page is left
  }
  return new Set(kept);
}
