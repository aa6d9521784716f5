"""What all tails of a process share: the newest rows, read once, and the sign that there are more."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import islice

from quarterdeck.adapters.postgres.events import decoded
from quarterdeck.application.ports.log import LoggedEvent, RawEvent
from quarterdeck.domain.erasure import PayloadErased

MAX_ROWS = 8192
MAX_BYTES = 16 * 1024 * 1024


class Entry:
    """A row, decoded at most once whatever the number of tails."""

    __slots__ = ("_logged", "raw")

    def __init__(self, raw: RawEvent) -> None:
        self.raw = raw
        self._logged: LoggedEvent | None = None

    @property
    def logged(self) -> LoggedEvent:
        if self._logged is None:
            self._logged = decoded(self.raw)
        return self._logged


class Feed:
    """A window of the log that ends at `position`. A tail that is behind it reads the log by itself."""

    def __init__(self) -> None:
        self.position: int | None = None
        """The last position seen; None before the first look."""
        self._window: list[Entry] = []
        self._bytes = 0
        self._moved = asyncio.Event()
        self.heard: Callable[[Sequence[Entry]], None] = _nobody
        """Called with what is new, before anybody is woken."""

    def start(self, position: int) -> None:
        self.position = position
        self._wake()

    def extend(self, rows: Sequence[RawEvent]) -> None:
        """Rows that follow `position` without a gap."""
        entries = [Entry(row) for row in rows]
        if any(row.topic == PayloadErased.TOPIC for row in rows):
            # what is remembered, or comes with it, may be what was erased
            self._window.clear()
            self._bytes = 0
        else:
            self._window.extend(entries)
            self._bytes += sum(len(row.payload or b"") for row in rows)
        self.heard(entries)
        self.position = rows[-1].position
        self._trim()
        self._wake()

    def after(self, position: int, limit: int) -> list[Entry] | None:
        """What follows `position`; empty where nothing does yet, None where the window does not reach back so far."""
        if self.position is None or position < self.position - len(self._window):
            return None
        if position >= self.position:
            return []
        start = len(self._window) - (self.position - position)
        return self._window[start : start + limit]

    @property
    def moved(self) -> asyncio.Event:
        """Set once there is more than now. Take it before looking, and nothing that comes meanwhile is missed."""
        return self._moved

    def _trim(self) -> None:
        """Halves the window when it is full, so that trimming costs little for each row."""
        if len(self._window) > MAX_ROWS or self._bytes > MAX_BYTES:
            half = (len(self._window) + 1) // 2
            self._bytes -= sum(len(entry.raw.payload or b"") for entry in islice(self._window, half))
            del self._window[:half]

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()


def _nobody(entries: Sequence[Entry]) -> None:
    """Hears."""
