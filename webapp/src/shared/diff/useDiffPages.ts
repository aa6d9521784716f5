import { useEffect, useEffectEvent, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { faultIn } from "@/shared/graphql/plain";

import type { DiffPageFragment } from "./DiffPage.generated";
import type { FileChangeFragment } from "./FileChange.generated";

interface PageAsked {
  after: string | null;
  /** The first page, on those that follow: they are of the same trees, also where a point is another by now. */
  head: DiffPageFragment | undefined;
  signal: AbortSignal;
}

export type LoadPage = (asked: PageAsked) => Promise<DiffPageFragment>;

const FIRST_PAGE = 20;
const NEXT_PAGE = 100;

/** Files to ask for: the first page is there soon. */
export const pageSize = ({ after }: PageAsked): number => (after === null ? FIRST_PAGE : NEXT_PAGE);

export interface LoadedDiff {
  /** The first page, without its files: what is compared, and what is left out. */
  head: DiffPageFragment | undefined;
  files: readonly FileChangeFragment[];
  /** All files are here that will be. */
  complete: boolean;
  fault: Fault | undefined;
  again: () => void;
}

interface Loaded {
  key: string;
  head: DiffPageFragment;
  files: readonly FileChangeFragment[];
  complete: boolean;
}

/** What a browser can hold, and a reader could ever look at. */
const MOST_FILES = 20_000;
const MOST_LINES = 400_000;

const linesIn = (files: readonly FileChangeFragment[]): number =>
  files.reduce((sum, file) => sum + file.hunks.reduce((lines, hunk) => lines + hunk.lines.length, 0), 0);

/**
 * A diff, page after page. `again` looks whether it is another by now; until that one is whole, the last one stays.
 * `key` says what is compared.
 */
export function useDiffPages(key: string, load: LoadPage): LoadedDiff {
  const [round, setRound] = useState(0);
  const [loaded, setLoaded] = useState<Loaded>();
  const [fault, setFault] = useState<{ key: string; what: Fault }>();
  const loadPage = useEffectEvent(load);
  const isShown = useEffectEvent(
    (page: DiffPageFragment) =>
      loaded?.key === key && loaded.complete && loaded.head.from === page.from && loaded.head.to === page.to,
  );
  const hasNone = useEffectEvent(() => loaded?.key !== key);
  useEffect(() => {
    const stop = new AbortController();
    const run = async () => {
      const head = await loadPage({ after: null, head: undefined, signal: stop.signal });
      if (stop.signal.aborted || isShown(head)) return;
      const show = hasNone();
      let [page, files, lines] = [head, [...head.files], linesIn(head.files)];
      const full = () => files.length >= MOST_FILES || lines >= MOST_LINES;
      while (page.endCursor !== null && !full()) {
        if (show) setLoaded({ key, head, files, complete: false });
        page = await loadPage({ after: page.endCursor, head, signal: stop.signal });
        if (stop.signal.aborted) return;
        files = files.concat(page.files);
        lines += linesIn(page.files);
      }
      setLoaded({ key, head, files, complete: true });
    };
    setFault(undefined);
    run().catch((error: unknown) => {
      if (!stop.signal.aborted) setFault({ key, what: faultIn(error) });
    });
    return () => stop.abort();
    // oxlint-disable-next-line react/exhaustive-deps -- each round asks once more
  }, [key, round]);
  const ours = loaded?.key === key ? loaded : undefined;
  return {
    head: ours?.head,
    files: ours?.files ?? [],
    complete: ours?.complete ?? false,
    fault: fault?.key === key ? fault.what : undefined,
    again: () => setRound((last) => last + 1),
  };
}
