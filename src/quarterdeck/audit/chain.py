"""The digest chain of the log: its canonical encoding. Anybody can check it with SHA-256 and this page.

    digest(n) = SHA-256( digest(n-1) ‖ position ‖ event ‖ envelope )

- digest(0), before the first event, is 32 zero bytes;
- position: unsigned 64-bit;
- event: stream id (16 bytes) ‖ version (signed 64-bit) ‖ schema version (signed 32-bit) ‖ payload digest (32 bytes,
  SHA-256 of the payload as stored) ‖ topic;
- envelope: recorded at (signed 64-bit, microseconds since 1970-01-01T00:00:00Z) ‖ correlation id (16) ‖ flags (1) ‖
  project id (16, zero where absent) ‖ session id (16, zero where absent) ‖ actor kind ‖ actor id ‖ causation id ‖
  traceparent (these two empty where absent);
- flags: bit 0 project id, bit 1 session id, bit 2 causation id, bit 3 traceparent; set where there is one;
- each text: its length in bytes (unsigned 32-bit), then its UTF-8.

All numbers are big-endian. Every field has its fixed place or its length, so no two rows share an encoding.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from quarterdeck.application.ports import RawEvent
from quarterdeck.domain.base import Envelope

GENESIS = bytes(32)
"""The digest before the first event."""

_EVENT = struct.Struct(">16sqi32sI")
_ENVELOPE = struct.Struct(">q16sB16s16s")
_LENGTH = struct.Struct(">I")
_POSITION = struct.Struct(">Q")
_NO_ID = bytes(16)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A position of the log and the digest there; `Head()` is the empty log."""

    position: int = 0
    digest: bytes = GENESIS


def encode_event(stream_id: bytes, version: int, topic: bytes, schema_version: int, payload_digest: bytes) -> bytes:
    """The event's part of what its digest covers."""
    return _EVENT.pack(stream_id, version, schema_version, payload_digest, len(topic)) + topic


def encode_envelope(envelope: Envelope) -> bytes:
    """The envelope's part of what the digest covers."""
    return b"".join(
        (
            _ENVELOPE.pack(
                microseconds(envelope.recorded_at),
                envelope.correlation_id.bytes,
                _flags(envelope),
                _id(envelope.project_id),
                _id(envelope.session_id),
            ),
            _text(envelope.actor.kind),
            _text(envelope.actor.id),
            _text(envelope.causation_id or ""),
            _text(envelope.traceparent or ""),
        )
    )


def link(previous: bytes, position: int, body: bytes) -> bytes:
    """The digest of the event at `position`; `body` is its encoding, event and envelope."""
    return sha256(previous + _POSITION.pack(position) + body).digest()


def digest_after(previous: bytes, event: RawEvent) -> bytes:
    """The digest that `event` must have where the one before it has `previous`."""
    encoded = encode_event(
        event.stream_id.bytes, event.version, event.topic.encode(), event.schema_version, event.payload_digest
    )
    return link(previous, event.position, encoded + encode_envelope(event.envelope))


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def _flags(envelope: Envelope) -> int:
    return (
        (envelope.project_id is not None)
        | (envelope.session_id is not None) << 1
        | (envelope.causation_id is not None) << 2
        | (envelope.traceparent is not None) << 3
    )


def _id(value: UUID | None) -> bytes:
    return _NO_ID if value is None else value.bytes


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded
