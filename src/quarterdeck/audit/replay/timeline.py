"""A session's events on a time line: when each was, from the first on, and from when to when each command ran."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.replay.kinds import Kind, kind_of
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.command import (
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandStarted,
    Terminal,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.network_access import NetworkAccessDecided, Verdict
from quarterdeck.domain.session_events import SessionOpened

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BAD: Final = frozenset(
    {"CommandRefused", "CommandLost", "SessionLost", "SessionProvisioningFailed", "QuotaExceeded", "ImageBuildFailed"}
)
"""Topics that tell of something that went wrong, whatever they say."""
LEFT_OUT: Final = frozenset({"RequestAccepted"})
"""Which answers a repeated request gets: the event beside it tells what happened."""
LOOKED_INTO: Final = frozenset(
    {
        "SessionOpened",
        "CommandRequested",
        "CommandStarted",
        "CommandFinished",
        "CommandLost",
        "CommandRefused",
        "NetworkAccessDecided",
    }
)
"""Events that are read when the time line is made; all others are read when they are shown."""


@dataclass(frozen=True, slots=True)
class Item:
    """An event on the time line."""

    number: int
    """From 1."""
    at: float
    """Seconds after the first, and never before the one before."""
    row: RawEvent
    kind: Kind
    bad: bool
    command: int
    """The number of the command that it is about; 0: of none."""


@dataclass(slots=True)
class Run:
    """A command on the time line."""

    number: int
    """From 1, in the order in which they were asked for."""
    id: UUID
    requested: float
    text: str = ""
    terminal: Terminal | None = None
    started: float | None = None
    ended: float | None = None
    outcome: CommandFinished | CommandLost | CommandRefused | None = None

    @property
    def failed(self) -> bool:
        match self.outcome:
            case None:
                return False
            case CommandFinished(exit_code=code):
                return code != 0
            case _:
                return True

    def runs_at(self, moment: float) -> bool:
        return self.started is not None and self.started <= moment and (self.ended is None or moment < self.ended)


@dataclass
class Timeline:
    items: list[Item] = field(default_factory=list[Item])
    commands: list[Run] = field(default_factory=list[Run])
    began: datetime = EPOCH
    """When the first event was."""
    title: str = ""
    """As the session was opened; it may hold anything."""
    _times: list[float] = field(default_factory=list[float])
    _positions: list[int] = field(default_factory=list[int])
    _by_id: dict[UUID, Run] = field(default_factory=dict[UUID, Run])

    @property
    def end(self) -> float:
        return self._times[-1] if self._times else 0.0

    def count_at(self, moment: float) -> int:
        """How many events there were until then."""
        return bisect_right(self._times, moment)

    def count_at_position(self, position: int) -> int:
        """The same, up to a position of the log."""
        return bisect_right(self._positions, position)

    def first_at(self, moment: float) -> int:
        """Index of the first event that is not before it."""
        return bisect_left(self._times, moment)

    def next_at(self, moment: float) -> float | None:
        """When the first event after it is."""
        index = bisect_right(self._times, moment)
        return self._times[index] if index < len(self._times) else None

    def command(self, command_id: UUID) -> Run | None:
        return self._by_id.get(command_id)

    def running_at(self, moment: float) -> list[Run]:
        return [each for each in self.commands[: self._asked_by(moment)] if each.runs_at(moment)]

    def latest_at(self, moment: float) -> Run | None:
        """The command that was started last until then."""
        begun = [each for each in self.commands[: self._asked_by(moment)] if each.started is not None]
        return max(
            begun, key=lambda each: each.started or 0.0 if (each.started or 0.0) <= moment else -1.0, default=None
        )

    def _asked_by(self, moment: float) -> int:
        return bisect_right(self.commands, moment, key=lambda each: each.requested)

    def add(self, row: RawEvent) -> None:
        if row.topic in LEFT_OUT:
            return
        recorded = row.envelope.recorded_at
        moment = recorded if recorded.tzinfo else recorded.replace(tzinfo=UTC)
        if not self.items:
            self.began = moment
        at = max((moment - self.began).total_seconds(), self.end)
        event = read(row) if row.topic in LOOKED_INTO else None
        if isinstance(event, SessionOpened):
            self.title = event.title
        run = self._take(row, event, at) if row.topic.startswith("Command") else None
        bad = row.topic in BAD or _went_wrong(event)
        number = len(self.items) + 1
        self.items.append(Item(number, at, row, kind_of(row.topic), bad, run.number if run else 0))
        self._times.append(at)
        self._positions.append(row.position)

    def _take(self, row: RawEvent, event: object, at: float) -> Run:
        run = self._by_id.get(row.stream_id)
        if run is None:
            run = Run(len(self.commands) + 1, row.stream_id, at)
            self._by_id[row.stream_id] = run
            self.commands.append(run)
        match event:
            case CommandRequested(text=text, terminal=terminal):
                run.text, run.terminal = text, terminal
            case CommandStarted():
                run.started = at
            case CommandFinished() | CommandLost() | CommandRefused():
                run.ended, run.outcome = at, event
            case _:
                pass
        return run


def timeline(rows: Iterable[RawEvent]) -> Timeline:
    """Of rows in the log's order."""
    made = Timeline()
    for row in rows:
        made.add(row)
    return made


@lru_cache(maxsize=1024)
def _read(topic: str, version: int, payload: bytes | None) -> Event | UnknownEvent | ErasedEvent:
    return decode(topic, version, payload)


def read(row: RawEvent) -> Event | UnknownEvent | ErasedEvent:
    """The event of a row."""
    return _read(row.topic, row.schema_version, row.payload)


def _went_wrong(event: object) -> bool:
    match event:
        case CommandFinished(exit_code=code):
            return code != 0
        case NetworkAccessDecided(verdict=verdict):
            return verdict is Verdict.REFUSED
        case _:
            return False
