"""A row of the log as a line of JSON. The payload is a text, so that its bytes and their digest stay as they are."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.container import BundleError
from quarterdeck.domain.base import Actor, ActorKind, Envelope


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The names are those of the table's columns. Digests are hex."""

    position: int
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    correlation_id: UUID
    causation_id: str | None = None
    project_id: UUID | None = None
    session_id: UUID | None = None
    traceparent: str | None = None
    payload: str | None = None
    payload_digest: str
    digest: str
    partly_erased: bool = False


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Row).decode


class _Place(msgspec.Struct, frozen=True):
    """What is decoded where nothing else is wanted."""

    position: int


_decode_place = msgspec.json.Decoder(_Place).decode


def lines(events: Iterable[RawEvent]) -> bytes:
    return b"".join(_encode(_row(event)) + b"\n" for event in events)


def events(content: bytes) -> Iterator[RawEvent]:
    """Raises BundleError at a line that is no row."""
    for line in content.splitlines():
        try:
            yield _event(_decode(line))
        except (msgspec.DecodeError, ValueError) as error:
            raise BundleError(f"The bundle has a row that cannot be read: {error}.") from error


def positions(content: bytes) -> Iterator[int]:
    for line in content.splitlines():
        yield _decode_place(line).position


def _row(event: RawEvent) -> Row:
    envelope = event.envelope
    return Row(
        position=event.position,
        stream_id=event.stream_id,
        version=event.version,
        topic=event.topic,
        schema_version=event.schema_version,
        recorded_at=envelope.recorded_at,
        actor_kind=envelope.actor.kind.value,
        actor_id=envelope.actor.id,
        correlation_id=envelope.correlation_id,
        causation_id=envelope.causation_id,
        project_id=envelope.project_id,
        session_id=envelope.session_id,
        traceparent=envelope.traceparent,
        payload=None if event.payload is None else event.payload.decode(),
        payload_digest=event.payload_digest.hex(),
        digest=event.digest.hex(),
        partly_erased=event.partly_erased,
    )


def _event(row: Row) -> RawEvent:
    return RawEvent(
        position=row.position,
        stream_id=row.stream_id,
        version=row.version,
        topic=row.topic,
        schema_version=row.schema_version,
        envelope=Envelope(
            recorded_at=row.recorded_at,
            actor=actor_of(row.actor_kind, row.actor_id),
            correlation_id=row.correlation_id,
            causation_id=row.causation_id,
            project_id=row.project_id,
            session_id=row.session_id,
            traceparent=row.traceparent,
        ),
        payload=None if row.payload is None else row.payload.encode(),
        payload_digest=bytes.fromhex(row.payload_digest),
        digest=bytes.fromhex(row.digest),
        partly_erased=row.partly_erased,
    )


@lru_cache(maxsize=1024)
def actor_of(kind: str, actor_id: str) -> Actor:
    """Raises ValueError for a kind that there is none of."""
    return Actor(kind=ActorKind(kind), id=actor_id)
