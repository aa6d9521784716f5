import { structuredPatch, type StructuredPatchHunk } from "diff";

import type { FileChangeFragment } from "./FileChange.generated";
import type { Hunk } from "./rows";

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(part: Uint8Array): string | undefined {
  try {
    return strict.decode(part);
  } catch {
    return undefined;
  }
}

const escaped = (byte: number): string => `\\x${byte.toString(16).padStart(2, "0")}`;
const NEWLINE = 10;
const LONGEST = 4;

/** Text as the API gives lines: bytes that are not UTF-8 stand as \xNN. */
function lineText(line: Uint8Array): string {
  const whole = decoded(line);
  if (whole !== undefined) return whole;
  let text = "";
  for (let at = 0; at < line.length;) {
    const [length, character] = characterAt(line, at);
    text += character;
    at += length;
  }
  return text;
}

function characterAt(line: Uint8Array, at: number): [number, string] {
  for (let length = 1; length <= LONGEST && at + length <= line.length; length++) {
    const found = decoded(line.subarray(at, at + length));
    if (found !== undefined) return [length, found];
  }
  return [1, escaped(line[at] ?? 0)];
}

/** A file's lines, without their ends. */
export function linesOf(content: Uint8Array): string[] {
  const lines: string[] = [];
  let from = 0;
  for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, from)) {
    lines.push(lineText(content.subarray(from, at)));
    from = at + 1;
  }
  if (from < content.length) lines.push(lineText(content.subarray(from)));
  return lines;
}

const CONTEXT = 3;
const MOST_EDITS = 1000;

/** Two texts compared here, for those that no session has, such as what was typed and what was written meanwhile. */
export function compareTexts(path: string, before: string, after: string): FileChangeFragment {
  const patch = structuredPatch(path, path, before, after, "", "", { context: CONTEXT, maxEditLength: MOST_EDITS });
  const lines = patch?.hunks.flatMap((hunk) => hunk.lines) ?? [];
  return {
    path,
    oldPath: null,
    status: "MODIFIED",
    oldKind: "FILE",
    newKind: "FILE",
    oldSize: new Blob([before]).size,
    newSize: new Blob([after]).size,
    binary: false,
    truncated: patch === undefined,
    linesAdded: lines.filter((line) => line.startsWith("+")).length,
    linesRemoved: lines.filter((line) => line.startsWith("-")).length,
    hunks: patch?.hunks.map(asGit) ?? [],
  };
}

/** Git names the line before where a side has none. */
const asGit = (hunk: StructuredPatchHunk): Hunk => ({
  ...hunk,
  oldStart: hunk.oldLines === 0 ? hunk.oldStart - 1 : hunk.oldStart,
  newStart: hunk.newLines === 0 ? hunk.newStart - 1 : hunk.newStart,
});
