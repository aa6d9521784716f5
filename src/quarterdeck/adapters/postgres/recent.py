"""Streams that were read a moment ago, kept current by the feed: the session and project that each request asks for."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from time import monotonic
from uuid import UUID

from quarterdeck.adapters.postgres.feed import Entry
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.erasure import PayloadErased

FRESH_SECONDS = 2.0
"""What bounds how old an answer can be where the feed hears nothing."""
MOST_STREAMS = 4096
LONGEST = 256
"""Events; a longer stream is read each time."""


class RecentStreams:
    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._streams: OrderedDict[UUID, tuple[float, list[LoggedEvent]]] = OrderedDict()

    def get(self, stream_id: UUID, version: int) -> Sequence[LoggedEvent] | None:
        """The stream, if it was read lately and has come to `version`, which this process knows of."""
        read_at, events = self._streams.get(stream_id, (0.0, ()))
        if not events or events[-1].version < version or self._now() - read_at > FRESH_SECONDS:
            return None
        return events

    def put(self, stream_id: UUID, events: Sequence[LoggedEvent], missed: Iterable[Entry] | None) -> None:
        """`missed`: what the feed had since before the stream was read; None where it cannot tell."""
        if missed is None or not 0 < len(events) <= LONGEST:
            return
        self._streams[stream_id] = (self._now(), list(events))
        self._streams.move_to_end(stream_id)
        if len(self._streams) > MOST_STREAMS:
            self._streams.popitem(last=False)
        self.heard(missed)

    def heard(self, entries: Iterable[Entry]) -> None:
        """These follow in the log."""
        entries = list(entries)
        if any(entry.raw.topic == PayloadErased.TOPIC for entry in entries):
            self._streams.clear()
        for entry in entries:
            stream_id = entry.raw.stream_id
            _, events = self._streams.get(stream_id, (0.0, None))
            if events is None or entry.raw.version <= events[-1].version:
                continue
            if entry.raw.version == events[-1].version + 1 and len(events) < LONGEST:
                # a new list: whoever was given the old one may still read it
                self._streams[stream_id] = (self._streams[stream_id][0], [*events, entry.logged])
            else:
                del self._streams[stream_id]
