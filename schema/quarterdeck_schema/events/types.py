"""An event of the log, as the API shows it."""

from datetime import datetime

import strawberry

from quarterdeck.application.ports.log import RawEvent
from quarterdeck_schema import ids
from quarterdeck_schema.scalars import Long


@strawberry.type
class Event:
    id: str = strawberry.field(description="`<stream>:<version>`")
    position: Long
    topic: str
    schema_version: int
    stream_id: str
    version: int
    recorded_at: datetime
    actor_kind: str
    actor_id: str
    correlation_id: str
    causation_id: str | None
    project_id: strawberry.ID | None
    session_id: strawberry.ID | None
    traceparent: str | None
    payload: str | None = strawberry.field(description="The payload as JSON text; null where it was erased.")
    digest: str = strawberry.field(description="SHA-256 chain digest and payload digest, hex.")
    payload_digest: str
    known: bool
    erased: bool


def event_of(raw: RawEvent) -> Event:
    envelope = raw.envelope
    return Event(
        id=raw.event_id,
        position=Long(raw.position),
        topic=raw.topic,
        schema_version=raw.schema_version,
        stream_id=str(raw.stream_id),
        version=raw.version,
        recorded_at=envelope.recorded_at,
        actor_kind=envelope.actor.kind.value,
        actor_id=envelope.actor.id,
        correlation_id=str(envelope.correlation_id),
        causation_id=envelope.causation_id,
        project_id=ids.encode("Project", envelope.project_id) if envelope.project_id else None,
        session_id=ids.encode("Session", envelope.session_id) if envelope.session_id else None,
        traceparent=envelope.traceparent,
        payload=None if raw.payload is None else raw.payload.decode("utf-8", "replace"),
        digest=raw.digest.hex(),
        payload_digest=raw.payload_digest.hex(),
        known=raw.known,
        erased=raw.erased,
    )
