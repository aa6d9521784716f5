"""Rows of a log, chained as the recorder chains them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import GENESIS, digest_after
from quarterdeck.domain.base import Actor, ActorKind, Envelope

ENVELOPE = Envelope(
    recorded_at=datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC),
    actor=Actor(kind=ActorKind.USER, id="ü1"),
    correlation_id=UUID(int=5),
    causation_id="a:1",
    project_id=UUID(int=6),
    session_id=UUID(int=7),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def row(position: int, payload: bytes = b"{}", envelope: Envelope = ENVELOPE) -> RawEvent:
    """Not chained yet."""
    return RawEvent(
        position=position,
        stream_id=UUID(int=position),
        version=1,
        topic="CommandLost",
        schema_version=1,
        envelope=envelope,
        payload=payload,
        payload_digest=sha256(payload).digest(),
        digest=b"",
    )


def chained(rows: Iterable[RawEvent], previous: bytes = GENESIS) -> list[RawEvent]:
    """With their digests."""
    done: list[RawEvent] = []
    for each in rows:
        done.append(replace(each, digest=digest_after(previous, each)))
        previous = done[-1].digest
    return done


def renumbered(rows: Sequence[RawEvent]) -> list[RawEvent]:
    """Positions from 1 on, digests left as they are."""
    return [replace(each, position=position) for position, each in enumerate(rows, 1)]
