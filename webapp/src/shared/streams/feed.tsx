import { createContext, type PropsWithChildren, use, useEffect, useEffectEvent, useRef, useState } from "react";

import { useAsked } from "@/shared/graphql/useAsked";

import { byPosition } from "./cursors";
import { LogHeadDocument } from "./LogHead.generated";
import { useStream } from "./useStream";
import { WatchEventsDocument, type WatchEventsSubscription } from "./WatchEvents.generated";

export type FedEvent = WatchEventsSubscription["events"];
type Listener = (events: readonly FedEvent[]) => void;

const SETTLED_MS = 250;
/** Read models follow the log: by then they have, also where they were behind at the first look. */
const SURELY_MS = 1500;

class Feed {
  private readonly listeners = new Set<Listener>();

  listen = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  tell(events: readonly FedEvent[]): void {
    for (const each of this.listeners) each(events);
  }
}

const FeedContext = createContext(new Feed());
const cursor = byPosition<FedEvent>();

/** Follows the log from where it is now, once for the whole page. */
export function FeedProvider({ children }: PropsWithChildren) {
  const [feed] = useState(() => new Feed());
  const { data } = useAsked({ query: LogHeadDocument, requestPolicy: "network-only" });
  useStream({
    document: WatchEventsDocument,
    variables: (after) => ({ after }),
    cursor,
    after: data?.log.position,
    key: "feed",
    onBatch: (events) => feed.tell(events),
    evenHidden: true,
  });
  return <FeedContext value={feed}>{children}</FeedContext>;
}

/** Tells of events as they happen, those of one project where one is named. */
export function useEvents(onEvents: Listener, projectId?: string): void {
  const feed = use(FeedContext);
  const heard = useEffectEvent((events: readonly FedEvent[]) => {
    const ours = projectId ? events.filter((each) => each.projectId === projectId) : events;
    if (ours.length > 0) onEvents(ours);
  });
  useEffect(() => feed.listen(heard), [feed]);
}

/** Asks again soon, and once more when read models have surely followed; however often it is called meanwhile. */
export function useSoon(again: () => void): () => void {
  const ask = useRef(again);
  const [timers] = useState(() => new Map<number, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    ask.current = again;
  });
  useEffect(
    () => () => {
      for (const each of timers.values()) clearTimeout(each);
      timers.clear();
    },
    [timers],
  );
  const later = (ms: number) => {
    if (timers.has(ms)) return;
    const due = () => {
      timers.delete(ms);
      ask.current();
    };
    timers.set(ms, setTimeout(due, ms));
  };
  return () => [SETTLED_MS, SURELY_MS].forEach(later);
}

/** Asks again for what a page shows when something of it happened: `concerns` says what does. */
export function useFresh(again: () => void, concerns: (event: FedEvent) => boolean): void {
  const soon = useSoon(again);
  useEvents((events) => {
    if (events.some(concerns)) soon();
  });
}

/** Of topics that begin with one of these, such as `Session`. */
export const about =
  (...prefixes: string[]) =>
  (event: FedEvent): boolean =>
    prefixes.some((prefix) => event.topic.startsWith(prefix));
