import { useEffect, useEffectEvent, useState } from "react";

import { type Fault, ServerBug } from "@/shared/graphql/faults";
import { askPlain, Refused } from "@/shared/graphql/plain";
import { byPosition } from "@/shared/streams/cursors";
import type { StreamState } from "@/shared/streams/resuming";
import { useStream } from "@/shared/streams/useStream";

import { FollowLogDocument } from "../api/FollowLog.generated";
import type { LogEventFragment } from "../api/LogEvent.generated";
import { LogEventsDocument, type LogEventsQueryVariables } from "../api/LogEvents.generated";
import type { Filter } from "./search";
import { begun, type LogPage, NOTHING, shown, type Window, withNew, withOlder } from "./window";

const PAGE = 100;
const ERASED = "PayloadErased";
const cursor = byPosition<LogEventFragment>();

export async function pageOf(variables: LogEventsQueryVariables): Promise<LogPage<LogEventFragment>> {
  const { events } = await askPlain(LogEventsDocument, variables);
  return { events: events.edges.map((edge) => edge.node), older: events.pageInfo.hasPreviousPage };
}

export interface Log {
  window: Window<LogEventFragment>;
  waiting: boolean;
  fault: Fault | undefined;
  stream: StreamState;
  older: () => void;
  /** What waits is shown. */
  show: () => void;
  again: () => void;
}

/**
 * The newest events of a filter, followed live; or, where `from` is given, that position and what is older. While
 * `still` says so nothing moves.
 */
export function useLog(filter: Filter | undefined, from: number | undefined, still: () => boolean): Log {
  const key = JSON.stringify([filter, from]);
  const [round, setRound] = useState(0);
  const [read, setRead] = useState<{ key: string; window: Window<LogEventFragment>; fault?: Fault }>();
  const [reading, setReading] = useState(false);
  const current = read?.key === key ? read : undefined;
  const window = current?.window ?? (NOTHING as Window<LogEventFragment>);
  const { since: _since, until, ...followed } = filter ?? {};

  const take = async (work: Promise<Window<LogEventFragment>>, current: () => boolean) => {
    setReading(true);
    const next = await work.then((read) => ({ window: read })).catch((error: unknown) => ({ fault: faultIn(error) }));
    if (!current()) return;
    setReading(false);
    setRead({ key, window, ...next });
  };
  const begin = useEffectEvent((isCurrent: () => boolean) => {
    const place = { last: PAGE, before: from === undefined ? null : String(from + 1) };
    const first = pageOf({ ...filter, ...place }).then((page) =>
      begun(page, from === undefined && until === undefined),
    );
    void take(first, isCurrent);
  });
  const asked = filter !== undefined;
  useEffect(() => {
    if (!asked) return undefined;
    let left = false;
    begin(() => !left);
    return () => {
      left = true;
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another key is another list
  }, [key, round, asked]);

  const stream = useStream({
    document: FollowLogDocument,
    variables: (after) => ({ ...followed, after }),
    cursor,
    after: window.live ? (window.events[0]?.position ?? 0) : undefined,
    key: `${key} ${round}`,
    onBatch: (batch) => {
      if (batch.some((event) => event.topic === ERASED)) return setRound((last) => last + 1);
      const quiet = still();
      setRead((last) => (last?.key === key ? { key, window: withNew(last.window, batch, quiet) } : last));
    },
  });

  const older = () => {
    const last = window.events.at(-1)?.position;
    if (reading || !window.older || last === undefined) return;
    const next = pageOf({ ...filter, last: PAGE, before: String(last) });
    setReading(true);
    void next
      .then((page) => setRead((now) => (now?.key === key ? { key, window: withOlder(now.window, page) } : now)))
      .catch((error: unknown) => setRead({ key, window, fault: faultIn(error) }))
      .finally(() => setReading(false));
  };
  const again = () => setRound((last) => last + 1);
  const show = () =>
    window.overrun ? again() : setRead((last) => (last ? { ...last, window: shown(last.window) } : last));
  return { window, waiting: !current, fault: current?.fault, stream, older, show, again };
}

/** A bug is for the error boundary. */
export function faultIn(error: unknown): Fault {
  if (!(error instanceof Refused)) throw error;
  if (error.fault.code === "INTERNAL") throw new ServerBug(error.fault);
  return error.fault;
}
