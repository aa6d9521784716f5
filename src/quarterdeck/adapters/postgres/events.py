"""Rows of the log as the ports show them: raw, or with the payload decoded."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.construct import constructor
from quarterdeck.application.ports.log import LoggedEvent, RawEvent
from quarterdeck.audit.chain import Head
from quarterdeck.domain.base import Actor, ActorKind, Envelope, Recorded

Row = tuple[Any, ...]

_new_envelope = constructor(Envelope)
_new_raw = constructor(RawEvent)
new_recorded: Callable[..., LoggedEvent] = constructor(Recorded)


def as_it_is(row: Row) -> Row:
    return row


def head_at(row: Row) -> Head:
    """The head that the log had when this was its last row."""
    return Head(position=row[0], digest=row[15])


def raw_event(row: Row) -> RawEvent:
    return _new_raw(
        position=row[0],
        stream_id=row[1],
        version=row[2],
        topic=row[3],
        schema_version=row[4],
        envelope=_envelope(row),
        payload=row[13],
        payload_digest=row[14],
        digest=row[15],
        partly_erased=row[16],
    )


def logged_event(row: Row) -> LoggedEvent:
    return new_recorded(
        position=row[0],
        stream_id=row[1],
        version=row[2],
        topic=row[3],
        schema_version=row[4],
        envelope=_envelope(row),
        event=decode(row[3], row[4], row[13]),
    )


def decoded(raw: RawEvent) -> LoggedEvent:
    """The same event with its payload decoded."""
    return new_recorded(
        position=raw.position,
        stream_id=raw.stream_id,
        version=raw.version,
        topic=raw.topic,
        schema_version=raw.schema_version,
        envelope=raw.envelope,
        event=decode(raw.topic, raw.schema_version, raw.payload),
    )


def _envelope(row: Row) -> Envelope:
    return _new_envelope(
        recorded_at=row[5],
        actor=_actor(row[6], row[7]),
        correlation_id=row[8],
        causation_id=row[9],
        project_id=row[10],
        session_id=row[11],
        traceparent=row[12],
    )


@lru_cache(maxsize=1024)
def _actor(kind: str, actor_id: str) -> Actor:
    return Actor(kind=ActorKind(kind), id=actor_id)
