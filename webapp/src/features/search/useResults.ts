import { useEffect, useEffectEvent, useRef, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { askPlain, faultIn, Refused } from "@/shared/graphql/plain";
import { LogHeadDocument } from "@/shared/streams/LogHead.generated";

import { SearchDocument } from "./api/Search.generated";
import { type Found, NOTHING, type Page, searched, type Wanted } from "./found";

interface Results extends Found {
  /** It is being looked for. */
  searching: boolean;
  fault: Fault | undefined;
}

const IDLE: Results = { ...NOTHING, searching: false, fault: undefined };

/** The log's end, where the viewer may know it: so far the index should reach. */
const logEnd = (signal: AbortSignal): Promise<number> =>
  askPlain(LogHeadDocument, {}, signal).then(
    ({ log }) => log.position,
    () => 0,
  );

/** Waits for the index; where that does not come in time, what is there is better than nothing. */
async function firstPage(wanted: Wanted, first: number, end: number, signal: AbortSignal): Promise<Page> {
  const ask = (waitFor?: number) => askPlain(SearchDocument, { ...wanted, first, waitFor }, signal);
  const answer = await ask(end).catch((error: unknown) => {
    if (error instanceof Refused && error.fault.code === "UNAVAILABLE") return ask();
    throw error;
  });
  return answer.search;
}

/** What a search finds, as it is found; undefined: nothing is searched for. Another `run` searches again. */
export function useResults(wanted: Wanted | undefined, run: number) {
  const [results, setResults] = useState<Results>(IDLE);
  const stop = useRef(new AbortController());
  const end = useRef(0);

  const search = async (begun: Found, { signal }: AbortController) => {
    if (!wanted) return;
    if (begun === NOTHING) end.current = await logEnd(signal);
    const ask = async (after: string | undefined, first: number) =>
      after
        ? (await askPlain(SearchDocument, { ...wanted, first, after }, signal)).search
        : firstPage(wanted, first, end.current, signal);
    for await (const found of searched(ask, begun, end.current)) {
      if (signal.aborted) return;
      setResults({ ...found, searching: true, fault: undefined });
    }
  };
  const go = (begun: Found) => {
    stop.current.abort();
    const mine = new AbortController();
    stop.current = mine;
    setResults({ ...begun, searching: wanted !== undefined, fault: undefined });
    search(begun, mine)
      .then(() => undefined, faultIn)
      .then((fault) => mine.signal.aborted || setResults((last) => ({ ...last, searching: false, fault })));
  };
  const begin = useEffectEvent(() => go(NOTHING));
  const key = JSON.stringify([wanted, run]);
  useEffect(() => {
    begin();
    return () => stop.current.abort();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another key is another search
  }, [key]);
  return { ...results, more: results.after && !results.searching ? () => go(results) : undefined };
}
