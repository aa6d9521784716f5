import { useState } from "react";

import { PART, type Unfold } from "./DiffRow";
import type { FileChangeFragment } from "./FileChange.generated";
import type { Opening } from "./rows";
import { changeKey, tick, ticked } from "./viewed";

/** What a viewer did to a file's changes. */
export interface FileState {
  folded?: boolean;
  openings: ReadonlyMap<number, Opening>;
  /** Its lines afterwards, once some between the changes were asked for. */
  lines?: readonly string[];
  /** Why those are not here. */
  failed?: string;
}

const USUAL: FileState = { openings: new Map() };
const ALL = 1e9;

export type LinesAfter = (file: FileChangeFragment) => Promise<string[]>;

function opened(last: Opening | undefined, where: Parameters<Unfold>[1]): Opening {
  const { above, below } = last ?? { above: 0, below: 0 };
  if (where === "all") return { above: ALL, below };
  return where === "above" ? { above: above + PART, below } : { above, below: below + PART };
}

/** Which files are folded, ticked, and unfolded between their changes. `scope`: whose ticks, in what. */
export function useFileStates(scope: string | undefined, linesAfter: LinesAfter | undefined) {
  const [states, setStates] = useState<ReadonlyMap<FileChangeFragment, FileState>>(new Map());
  const [ticks, setTicks] = useState(ticked);
  const [asked] = useState(() => new WeakSet<FileChangeFragment>());
  const [keys] = useState(() => new WeakMap<FileChangeFragment, string>());

  const update = (file: FileChangeFragment, part: (last: FileState) => Partial<FileState>) =>
    setStates((all) => {
      const last = all.get(file) ?? USUAL;
      return new Map(all).set(file, { ...last, ...part(last) });
    });
  const keyOf = (file: FileChangeFragment): string => {
    const key = keys.get(file) ?? changeKey(scope ?? "", file);
    keys.set(file, key);
    return key;
  };
  const isViewed = (file: FileChangeFragment) => scope !== undefined && ticks.size > 0 && ticks.has(keyOf(file));
  const stateOf = (file: FileChangeFragment): FileState => states.get(file) ?? USUAL;

  const ask = async (file: FileChangeFragment) => {
    if (!linesAfter || asked.has(file)) return;
    asked.add(file);
    try {
      const lines = await linesAfter(file);
      update(file, () => ({ lines, failed: undefined }));
    } catch (error) {
      asked.delete(file);
      update(file, () => ({ failed: (error as Error).message }));
    }
  };
  const unfold =
    (file: FileChangeFragment): Unfold =>
    ({ index }, where) => {
      void ask(file);
      update(file, ({ openings }) => ({ openings: new Map(openings).set(index, opened(openings.get(index), where)) }));
    };
  return {
    /** Another one where anything is another. */
    version: states,
    stateOf,
    isViewed,
    isFolded: (file: FileChangeFragment) => stateOf(file).folded ?? isViewed(file),
    fold: (file: FileChangeFragment, folded: boolean) => update(file, () => ({ folded })),
    foldAll: (files: readonly FileChangeFragment[], folded: boolean) =>
      setStates((all) => {
        const next = new Map(all);
        for (const file of files) next.set(file, { ...(all.get(file) ?? USUAL), folded });
        return next;
      }),
    view: (file: FileChangeFragment, on: boolean) => {
      setTicks(tick(keyOf(file), on));
      update(file, () => ({ folded: on }));
    },
    unfold: linesAfter && unfold,
  };
}

export type FileStates = ReturnType<typeof useFileStates>;
