/** What is known of a part of the log, newest first. Pure: see `useLog` for what fills it. */
export interface Positioned {
  readonly position: number;
}

export interface Window<Event extends Positioned> {
  /** Newest first, without gaps among those that are meant. */
  readonly events: readonly Event[];
  /** There is more below. */
  readonly older: boolean;
  /** It begins at the log's newest event, and new ones come in on top. */
  readonly live: boolean;
  /** Came while the list stood still. */
  readonly waiting: readonly Event[];
  /** More came than is kept: the list is to be read anew. */
  readonly overrun: boolean;
}

/** Events that wait for somebody who looks at older ones. */
const MOST_WAITING = 500;
/** Of a list that nobody scrolls. */
const MOST_LIVE = 2000;

export const NOTHING = { events: [], older: false, live: false, waiting: [], overrun: false } as const;

/** A page as the API gives it: oldest first. */
export interface LogPage<Event> {
  readonly events: readonly Event[];
  readonly older: boolean;
}

export const begun = <Event extends Positioned>(page: LogPage<Event>, live: boolean): Window<Event> => ({
  ...NOTHING,
  events: page.events.toReversed(),
  older: page.older,
  live,
});

export function withOlder<Event extends Positioned>(window: Window<Event>, page: LogPage<Event>): Window<Event> {
  const last = window.events.at(-1)?.position ?? Number.POSITIVE_INFINITY;
  const more = page.events.filter((event) => event.position < last).toReversed();
  return { ...window, events: [...window.events, ...more], older: page.older };
}

/** `still`: somebody reads, so that nothing may move. */
export function withNew<Event extends Positioned>(
  window: Window<Event>,
  arrived: readonly Event[],
  still: boolean,
): Window<Event> {
  if (!window.live) return window;
  const known = Math.max(window.events[0]?.position ?? 0, window.waiting[0]?.position ?? 0);
  const fresh = arrived.filter((event) => event.position > known).toReversed();
  const waiting = [...fresh, ...window.waiting];
  if (still)
    return {
      ...window,
      waiting: waiting.slice(0, MOST_WAITING),
      overrun: window.overrun || waiting.length > MOST_WAITING,
    };
  return shown({ ...window, waiting });
}

/** What waited is shown. */
export function shown<Event extends Positioned>(window: Window<Event>): Window<Event> {
  const events = [...window.waiting, ...window.events];
  return {
    ...window,
    events: events.slice(0, MOST_LIVE),
    older: window.older || events.length > MOST_LIVE,
    waiting: [],
  };
}
