import type { FileKind } from "@/shared/graphql/schema.generated";

export interface Entry {
  readonly name: string;
  readonly path: string;
  readonly kind: FileKind;
  readonly size: number | null;
}

/** As much of a folder as was asked for. */
export interface Folder {
  readonly entries: readonly Entry[];
  readonly total: number;
  /** What the next page comes after; null on the last. */
  readonly cursor: string | null;
}

export type Row = { readonly level: number; readonly place: number; readonly of: number } & (
  | { readonly is: "entry"; readonly entry: Entry; readonly open?: boolean }
  | { readonly is: "more"; readonly folder: string; readonly rest: number }
  | { readonly is: "waiting"; readonly folder: string }
);

/** Folders before files. Where there are more to come, the server's order stays: nothing is to jump when they come. */
function ordered({ entries, cursor }: Folder): readonly Entry[] {
  if (cursor !== null) return entries;
  const folders = entries.filter((each) => each.kind === "FOLDER");
  return [...folders, ...entries.filter((each) => each.kind !== "FOLDER")];
}

/** The lines of a tree, as they stand one below the other. */
export function rowsOf(folders: ReadonlyMap<string, Folder>, open: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const add = (path: string, level: number) => {
    const folder = folders.get(path);
    if (!folder) return void rows.push({ is: "waiting", folder: path, level, place: 1, of: 1 });
    const of = folder.total;
    ordered(folder).forEach((entry, index) => {
      const isFolder = entry.kind === "FOLDER";
      const isOpen = isFolder && open.has(entry.path);
      rows.push({ is: "entry", entry, level, place: index + 1, of, open: isFolder ? isOpen : undefined });
      if (isOpen) add(entry.path, level + 1);
    });
    const rest = of - folder.entries.length;
    if (folder.cursor !== null)
      rows.push({ is: "more", folder: path, rest, level, place: folder.entries.length + 1, of });
  };
  add("", 1);
  return rows;
}

/** Where a key leads from a row; undefined where it means nothing. Opening and closing are the caller's. */
export function stepFrom(rows: readonly Row[], at: number, key: string): number | "open" | "close" | undefined {
  const row = rows[at];
  const isOpen = row?.is === "entry" ? row.open : undefined;
  switch (key) {
    case "ArrowDown":
      return Math.min(at + 1, rows.length - 1);
    case "ArrowUp":
      return Math.max(at - 1, 0);
    case "Home":
      return 0;
    case "End":
      return rows.length - 1;
    case "ArrowRight":
      return isOpen === undefined ? undefined : isOpen ? Math.min(at + 1, rows.length - 1) : "open";
    case "ArrowLeft":
      return isOpen ? "close" : above(rows, at);
    default:
      return key.length === 1 && key !== " " ? beginning(rows, at, key.toLowerCase()) : undefined;
  }
}

function above(rows: readonly Row[], at: number): number | undefined {
  const level = rows[at]?.level ?? 1;
  const found = rows.slice(0, at).findLastIndex((each) => each.level < level);
  return found < 0 ? undefined : found;
}

/** The next one whose name begins with a letter, also from the top again. */
function beginning(rows: readonly Row[], at: number, letter: string): number | undefined {
  for (let step = 1; step <= rows.length; step += 1) {
    const index = (at + step) % rows.length;
    const row = rows[index];
    if (row?.is === "entry" && row.entry.name.toLowerCase().startsWith(letter)) return index;
  }
  return undefined;
}
