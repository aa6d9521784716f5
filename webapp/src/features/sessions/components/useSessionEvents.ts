import { useEffect, useState, useSyncExternalStore } from "react";
import { useClient } from "urql";

import { byPosition } from "@/shared/streams/cursors";
import { useStream } from "@/shared/streams/useStream";

import { WatchSessionEventsDocument, type WatchSessionEventsSubscription } from "../api/WatchSessionEvents.generated";
import { openEvents, type SessionEvents } from "../timeline";

type Happened = WatchSessionEventsSubscription["sessionEvents"];
type Opened = { pages: SessionEvents; last: number; key: string };

const cursor = byPosition<Happened>();
const nothing = () => () => undefined;

/** A session's events, page by page where one looks, and live at their end. Undefined until it is known how many. */
export function useSessionEvents(sessionId: string, topics: readonly string[] | undefined) {
  const client = useClient();
  const key = `${sessionId} ${topics?.join() ?? ""}`;
  const [opened, setOpened] = useState<Opened>();
  const [failed, setFailed] = useState<string>();
  useEffect(() => {
    let current = true;
    setFailed(undefined);
    openEvents(client, sessionId, topics).then(
      (found) => current && setOpened({ ...found, key }),
      (error: Error) => current && setFailed(error.message),
    );
    return () => {
      current = false;
    };
    // oxlint-disable-next-line react/exhaustive-deps -- the key stands for the topics
  }, [client, sessionId, key]);
  const ours = opened?.key === key ? opened : undefined;
  useStream({
    document: WatchSessionEventsDocument,
    variables: (after) => ({ sessionId, after }),
    cursor,
    after: ours?.last,
    key,
    onBatch: (batch) => ours?.pages.append(topics ? batch.filter((each) => topics.includes(each.topic)) : batch),
  });
  useSyncExternalStore(ours?.pages.subscribe ?? nothing, () => ours?.pages.version);
  return { pages: ours?.pages, failed: failed ?? ours?.pages.failed?.message };
}
