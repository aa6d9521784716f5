"""Reading a whole log with the code at hand, to see before an upgrade what it could not read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.base import UnknownEvent
from quarterdeck.domain.events import EVENT_TYPES

MOST_POSITIONS = 10
"""Of one kind, in what is told."""


class Unreadable(StrEnum):
    TOPIC = "unknown topic"
    """Of a later release, or of an extension: kept as it is, skipped by read models."""
    VERSION = "unknown version"
    """Of a later release."""
    PAYLOAD = "unreadable payload"
    """It does not have the shape that its topic and version had."""


@dataclass
class Kind:
    """Events of one topic and version that cannot be read, for one reason."""

    topic: str
    schema_version: int
    why: Unreadable
    count: int = 0
    positions: list[int] = field(default_factory=list[int])
    """Of the first of them."""


@dataclass
class Rehearsal:
    read: int = 0
    erased: int = 0
    upcast: int = 0
    """Of an earlier version, taken to the current one."""
    unreadable: dict[tuple[str, int, Unreadable], Kind] = field(default_factory=dict[tuple[str, int, Unreadable], Kind])
    topics: Counter[str] = field(default_factory=Counter[str])

    @property
    def good(self) -> bool:
        return not self.unreadable


def rehearse(events: Iterable[RawEvent]) -> Rehearsal:
    done = Rehearsal()
    for event in events:
        _take(done, event)
    return done


def _take(done: Rehearsal, event: RawEvent) -> None:
    done.topics[event.topic] += 1
    done.erased += event.erased
    if event.payload is None:
        return
    if isinstance(decode(event.topic, event.schema_version, event.payload), UnknownEvent):
        why = _reason(event)
        kind = done.unreadable.setdefault(
            (event.topic, event.schema_version, why), Kind(event.topic, event.schema_version, why)
        )
        kind.count += 1
        if len(kind.positions) < MOST_POSITIONS:
            kind.positions.append(event.position)
        return
    done.read += 1
    done.upcast += event.schema_version < EVENT_TYPES[event.topic].SCHEMA_VERSION


def _reason(event: RawEvent) -> Unreadable:
    known = EVENT_TYPES.get(event.topic)
    if known is None:
        return Unreadable.TOPIC
    return Unreadable.PAYLOAD if 1 <= event.schema_version <= known.SCHEMA_VERSION else Unreadable.VERSION
