import { useEffect, useMemo, useState } from "react";
import { useClient } from "urql";

import type { EventShownFragment } from "@/shared/events/EventShown.generated";
import { faultOf } from "@/shared/graphql/faults";
import { UNCACHED } from "@/shared/graphql/uncached";

import { ReplayEventsAroundDocument } from "./api/ReplayEventsAround.generated";
import type { Timeline } from "./core/timeline";

const PAGE = 100;
const KEPT = 6;

/** What the events of these numbers say, as far as it is here; the rest is asked for once one stands still. */
export function useEventsAround(line: Timeline, sessionId: string, first: number, last: number) {
  const client = useClient();
  const [pages, setPages] = useState<ReadonlyMap<number, readonly EventShownFragment[]>>(new Map());
  const [failed, setFailed] = useState<string>();
  const [from, to] = [Math.floor(first / PAGE), Math.floor(Math.max(0, last) / PAGE)];
  const { length } = line;
  useEffect(() => {
    let current = true;
    const ask = async (page: number) => {
      const size = Math.min(PAGE, length - page * PAGE);
      if ((pages.get(page)?.length ?? -1) >= size) return;
      // with what is left out in between
      const until = line.positionOf(page * PAGE + size - 1);
      const found: EventShownFragment[] = [];
      for (let after = line.positionOf(page * PAGE) - 1; after < until;) {
        const variables = { sessionId, after: String(after), first: PAGE };
        const { data, error } = await client.query(ReplayEventsAroundDocument, variables, UNCACHED).toPromise();
        if (!current) return;
        if (error) return setFailed(faultOf(error).message);
        const nodes = data?.events.edges.map((edge) => edge.node) ?? [];
        found.push(...nodes.filter((each) => each.position <= until));
        after = nodes.at(-1)?.position ?? until;
      }
      setFailed(undefined);
      setPages((before) => new Map([...before].filter(([each]) => each !== page).slice(-KEPT)).set(page, found));
    };
    const timer = setTimeout(() => {
      for (let page = from; page <= to; page++) void ask(page);
    }, 100);
    return () => {
      current = false;
      clearTimeout(timer);
    };
    // oxlint-disable-next-line react/exhaustive-deps -- pages that come ask for no others
  }, [client, line, sessionId, from, to, length]);
  const events = useMemo(
    () => new Map([from, to].flatMap((page) => (pages.get(page) ?? []).map((each) => [each.position, each]))),
    [pages, from, to],
  );
  return { events, failed };
}
