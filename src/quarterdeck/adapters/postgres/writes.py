"""What one append asks for, made ready for the log: rows to store, and the events as they will be recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from quarterdeck.adapters.postgres.codec import encode
from quarterdeck.adapters.postgres.construct import constructor
from quarterdeck.adapters.postgres.rows import PreparedRow, prepare_envelope, prepare_row
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Envelope, Recorded
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.events import Event

_new_envelope = constructor(Envelope)
_new_recorded: Callable[..., Recorded[Event]] = constructor(Recorded)


@dataclass(frozen=True, slots=True)
class PreparedWrites:
    rows: list[PreparedRow]
    events: list[tuple[Event, Envelope]]
    """Of each row."""

    def recorded(self, first: int) -> list[Recorded[Event]]:
        """The events, the first at this position."""
        return [
            _new_recorded(
                position=position,
                stream_id=row.stream_id,
                version=row.version,
                topic=event.TOPIC,
                schema_version=event.SCHEMA_VERSION,
                envelope=envelope,
                event=event,
            )
            for position, (row, (event, envelope)) in enumerate(zip(self.rows, self.events, strict=True), first)
        ]


def prepare_writes(writes: Sequence[StreamWrite], context: Context, now: datetime) -> PreparedWrites:
    """Raises InvalidInputError for text that cannot be stored."""
    prepared = PreparedWrites([], [])
    for write in writes:
        envelope = _envelope(write, write.context or context, now)
        columns = prepare_envelope(envelope)
        for version, event in enumerate(write.events, write.expected_version + 1):
            payload = _payload(event)
            row = prepare_row(write.stream_id, version, event.TOPIC, event.SCHEMA_VERSION, payload, columns)
            prepared.rows.append(row)
            prepared.events.append((event, envelope))
    return prepared


def _envelope(write: StreamWrite, context: Context, now: datetime) -> Envelope:
    return _new_envelope(
        recorded_at=now,
        actor=write.actor or context.actor,
        correlation_id=context.correlation_id,
        causation_id=write.causation_id or context.causation_id,
        project_id=write.project_id or context.project_id,
        session_id=write.session_id or context.session_id,
        traceparent=context.traceparent,
    )


def _payload(event: Event) -> bytes:
    try:
        return encode(event)
    except UnicodeEncodeError as error:
        raise InvalidInputError(f"A text of {event.TOPIC} is no valid Unicode.", "Send valid UTF-8.") from error
