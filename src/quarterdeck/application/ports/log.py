"""The event log: what appends to it, and what reads it."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol
from uuid import UUID

from quarterdeck.domain.base import Actor, Envelope, Recorded
from quarterdeck.domain.events import EVENT_TYPES, Event

LoggedEvent = Recorded[object]
"""Of an `Event`, or of an `UnknownEvent` or `ErasedEvent`. Not of the union of all these: type checkers compare each
pattern with each member, and took half of their time for it.
"""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What goes into the envelope of the events of one request."""

    actor: Actor
    correlation_id: UUID
    causation_id: str | None = None
    project_id: UUID | None = None
    session_id: UUID | None = None
    traceparent: str | None = None


@dataclass(frozen=True, kw_only=True)
class StreamWrite:
    """Events to append to one stream that is at `expected_version` (0: it does not exist yet)."""

    stream_id: UUID
    expected_version: int
    events: tuple[Event, ...]
    project_id: UUID | None = None
    session_id: UUID | None = None
    """These two override the context's, for a write that spans nouns."""
    context: Context | None = None
    """In the place of the append's, where several callers' writes stand or fall together."""
    actor: Actor | None = None
    causation_id: str | None = None
    """These as well, for what several people did that is appended at once."""


class EventLog(Protocol):
    """The append-only log."""

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        """Appends all or nothing and returns the events as logged, in order.

        Raises `ConcurrencyError` where a stream is not at its expected version. No events: nothing happens.
        """
        ...

    async def load(self, stream_id: UUID) -> Sequence[LoggedEvent]:
        """All events of a stream, in order; empty for one that does not exist."""
        ...

    async def last(self, stream_ids: Collection[UUID]) -> Mapping[UUID, LoggedEvent]:
        """The last event of each of these streams that exists, as the log has it at this moment."""
        ...

    async def read(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """At most `limit` events with a position greater than `after`, in order."""
        ...

    async def read_session(self, session_id: UUID, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The same for the events whose envelope names the session, whatever their stream."""
        ...

    async def read_project(
        self, project_id: UUID, topics: Collection[str], after: int, limit: int
    ) -> Sequence[LoggedEvent]:
        """The same for the events of these topics whose envelope names the project."""
        ...

    async def head(self) -> int:
        """The last position, 0 for an empty log."""
        ...

    def tail(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[LoggedEvent]]]:
        """Batches of what comes after position `after`: first the stored, then each new as it is committed.

        Survives the loss of its connection. Never skips and never repeats a position.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class RawEvent:
    """An event as its row holds it, undecoded: what the audit checks and the API shows."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    envelope: Envelope
    payload: bytes | None
    """JSON; None where all of it was erased."""
    payload_digest: bytes
    """SHA-256 of the payload, kept when the payload is erased."""
    digest: bytes
    """The chain's, see `quarterdeck.audit.chain`."""
    partly_erased: bool = False
    """Fields were taken out of the payload, which no longer has its digest."""

    @property
    def event_id(self) -> str:
        return f"{self.stream_id}:{self.version}"

    @property
    def erased(self) -> bool:
        return self.payload is None or self.partly_erased

    @property
    def known(self) -> bool:
        """This release can decode it."""
        known = EVENT_TYPES.get(self.topic)
        return known is not None and 1 <= self.schema_version <= known.SCHEMA_VERSION


@dataclass(frozen=True, kw_only=True)
class EventFilter:
    """Which rows are meant: those that all that is given holds for."""

    project_ids: Collection[UUID] | None = None
    session_id: UUID | None = None
    topics: Collection[str] | None = None
    stream_id: UUID | None = None
    correlation_id: UUID | None = None
    actor_kind: str | None = None
    actor_id: str | None = None
    since: datetime | None = None
    """Recorded then or later."""
    until: datetime | None = None
    """Recorded before."""

    def holds(self, row: RawEvent) -> bool:
        envelope = row.envelope
        return (
            (self.topics is None or row.topic in self.topics)
            and (self.project_ids is None or envelope.project_id in self.project_ids)
            and self.session_id in {None, envelope.session_id}
            and self.stream_id in {None, row.stream_id}
            and self.correlation_id in {None, envelope.correlation_id}
            and self.actor_kind in {None, envelope.actor.kind.value}
            and self.actor_id in {None, envelope.actor.id}
            and (self.since is None or envelope.recorded_at >= self.since)
            and (self.until is None or envelope.recorded_at < self.until)
        )


EVERYTHING = EventFilter()


@dataclass(frozen=True, kw_only=True)
class Marks:
    """Where the pages of a filtered log begin, so that any of them can be read without those before it."""

    total: int
    positions: Sequence[int]
    """Of the first row that is meant, and of each so-many-th after it."""
    last: int
    """Position of the last of them, after which one goes on live; 0: there is none."""


class EventMoment(NamedTuple):
    """A row of the log without what it says: what a picture of many is made of."""

    position: int
    recorded_at: datetime
    topic: str


class LogReader(Protocol):
    """The log's rows as they are."""

    async def raw(
        self,
        after: int,
        limit: int,
        chosen: EventFilter = EVERYTHING,
        *,
        before: int | None = None,
        backward: bool = False,
    ) -> Sequence[RawEvent]:
        """At most `limit` rows with a position greater than `after`, and less than `before` where given, in order: the
        first of them; the last with `backward`."""
        ...

    async def marks(self, chosen: EventFilter, every: int) -> Marks:
        """Of the rows that are meant, each `every`-th. Takes time in their number: for one session's, not for all."""
        ...

    async def moments(self, after: int, limit: int, chosen: EventFilter = EVERYTHING) -> Sequence[EventMoment]:
        """As `raw`, in a tenth of the time."""
        ...

    async def digests(self, after: int, limit: int) -> Sequence[bytes]:
        """The digests alone of at most `limit` rows with a position greater than `after`, in order."""
        ...

    def tail_raw(self, after: int) -> AbstractAsyncContextManager[AsyncIterator[Sequence[RawEvent]]]:
        """As `EventLog.tail`."""
        ...


class Cursors(Protocol):
    """How far a reader of the log has come, by the reader's name; 0 for one not heard of. Never moves back."""

    async def get(self, name: str) -> int: ...
    async def put(self, name: str, position: int) -> None: ...
