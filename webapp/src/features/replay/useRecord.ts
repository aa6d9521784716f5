import { useEffect, useState } from "react";

import type { Fault } from "@/shared/graphql/faults";
import { Refused } from "@/shared/graphql/plain";
import { byPosition } from "@/shared/streams/cursors";
import { useStream } from "@/shared/streams/useStream";

import { WatchReplayDocument, type WatchReplaySubscription } from "./api/WatchReplay.generated";
import type { Timeline } from "./core/timeline";
import { follow, readTimeline } from "./record";

type Happened = WatchReplaySubscription["sessionEvents"];

/** A session's time line, and who hears of what is put to its end. */
export interface Record {
  line: Timeline;
  listeners: Set<() => void>;
}

const cursor = byPosition<Happened>();
const UNREAD: Fault = { code: "UNAVAILABLE", message: "The session could not be read.", nextStep: "Try again." };

/** Reads a session's time line, and goes on with what happens. */
export function useRecord(sessionId: string) {
  const [record, setRecord] = useState<Record>();
  const [read, setRead] = useState(0);
  const [fault, setFault] = useState<Fault>();
  const [run, setRun] = useState(0);
  useEffect(() => {
    const stopping = new AbortController();
    setFault(undefined);
    readTimeline(sessionId, setRead, stopping.signal).then(
      (line) => setRecord({ line, listeners: new Set() }),
      (error: unknown) => {
        if (!stopping.signal.aborted) setFault(error instanceof Refused ? error.fault : UNREAD);
      },
    );
    return () => stopping.abort();
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- another run reads it anew
  }, [sessionId, run]);
  useStream({
    document: WatchReplayDocument,
    variables: (after) => ({ sessionId, after }),
    cursor,
    after: record?.line.last,
    key: `replay ${sessionId}`,
    onBatch: (batch) => {
      if (!record) return;
      follow(record.line, batch);
      for (const each of record.listeners) each();
    },
  });
  return { record, read, fault, again: () => setRun((last) => last + 1) };
}
