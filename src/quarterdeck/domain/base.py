"""What every stored event has in common: its class attributes and the envelope it is logged in."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, Protocol, TypeVar
from uuid import UUID


class DomainEvent(Protocol):
    """A frozen, keyword-only dataclass in the past tense.

    `TOPIC` is the stored name and never changes; `SCHEMA_VERSION` counts the shapes its payload has had.
    """

    TOPIC: ClassVar[str]
    SCHEMA_VERSION: ClassVar[int]


@dataclass(frozen=True, kw_only=True)
class UnknownEvent:
    """An event whose topic or version this release does not know, kept verbatim. Projections skip it."""

    TOPIC: ClassVar[str] = ""
    SCHEMA_VERSION: ClassVar[int] = 0
    topic: str
    payload: bytes


@dataclass(frozen=True, kw_only=True)
class ErasedEvent:
    """The hole that an erased payload leaves."""

    TOPIC: ClassVar[str] = ""
    SCHEMA_VERSION: ClassVar[int] = 0
    topic: str


class ActorKind(StrEnum):
    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"
    AUTHOR = "author"
    """Of a commit, by what the commit says: nobody has checked it."""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who did it: a user or agent run by id, a system role (`worker:<id>`, `conductor`) by name, or a commit's author
    as `NAME <MAIL>`."""

    kind: ActorKind
    id: str


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """What is recorded about an event beside its payload. Times are UTC."""

    recorded_at: datetime
    actor: Actor
    correlation_id: UUID
    causation_id: str | None = None
    """Event id (`<stream>:<version>`) of the event that led to this one; `commit:<name>` where a commit did."""
    project_id: UUID | None = None
    session_id: UUID | None = None
    traceparent: str | None = None
    """W3C Trace Context header of the request that led here."""


EventT_co = TypeVar("EventT_co", covariant=True)
StateT = TypeVar("StateT")
EventT = TypeVar("EventT")


@dataclass(frozen=True, kw_only=True)
class Recorded(Generic[EventT_co]):
    """An event as the log holds it."""

    position: int
    """Place in the one order of the log: gapless, from 1."""
    stream_id: UUID
    version: int
    """Place in its stream: gapless, from 1."""
    topic: str
    schema_version: int
    envelope: Envelope
    event: EventT_co

    @property
    def event_id(self) -> str:
        """`<stream>:<version>`: stable for ever; used as JetStream message id."""
        return f"{self.stream_id}:{self.version}"


def fold(evolve: Callable[[StateT, EventT], StateT], initial: StateT, events: Iterable[EventT]) -> StateT:
    """The state after `events`."""
    state = initial
    for event in events:
        state = evolve(state, event)
    return state
