"""Events one a line, as `qd events list --json` prints them."""

from collections.abc import Iterator

import msgspec

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.records.entry import Entry
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import Event

_encode = msgspec.json.Encoder().encode


def lines(entries: Iterator[Entry]) -> Iterator[bytes]:
    return (_encode(shown(entry.row)) + b"\n" for entry in entries)


def shown(row: RawEvent) -> Event:
    """The event as the API gives it."""
    envelope = row.envelope
    return Event(
        id=row.event_id,
        position=row.position,
        topic=row.topic,
        schema_version=row.schema_version,
        stream_id=str(row.stream_id),
        version=row.version,
        recorded_at=envelope.recorded_at.isoformat(),
        actor_kind=envelope.actor.kind.value,
        actor_id=envelope.actor.id,
        correlation_id=str(envelope.correlation_id),
        digest=row.digest.hex(),
        payload_digest=row.payload_digest.hex(),
        known=row.known,
        erased=row.erased,
        causation_id=envelope.causation_id,
        project_id=ids.global_id("Project", envelope.project_id) if envelope.project_id else None,
        session_id=ids.global_id("Session", envelope.session_id) if envelope.session_id else None,
        traceparent=envelope.traceparent,
        payload=None if row.payload is None else row.payload.decode("utf-8", "replace"),
    )
