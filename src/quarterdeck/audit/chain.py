"""The digest chain of the log: its canonical encoding. Anybody can check it with SHA-256 and this page.

    digest(n) = SHA-256( digest(n-1) ‖ position ‖ columns )

digest(0), before the first event, is 32 zero bytes. `position` is an unsigned 64-bit number. `columns` are, in order:

    stream_id uuid, version integer, topic text, schema_version integer, payload_digest bytea,
    recorded_at timestamptz, correlation_id uuid, actor_kind text, actor_id text, causation_id text,
    project_id uuid, session_id uuid, traceparent text

each as PostgreSQL's binary protocol sends a column of a row: its type's OID (signed 32-bit), its length in bytes
(signed 32-bit, -1 for NULL), its value. OIDs are uuid 2950, integer 23, text 25, bytea 17, timestamptz 1184. A
timestamptz is a signed 64-bit number of microseconds since 2000-01-01T00:00:00Z, a text its UTF-8, a uuid its 16 bytes,
an integer signed 32-bit. All numbers are big-endian. `payload_digest` is SHA-256 of the payload as stored, so a payload
can be erased and the chain still holds.
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

INT8, INT4, TEXT, BYTEA, UUID_OID, TIMESTAMPTZ = 20, 23, 25, 17, 2950, 1184
_STREAM_VERSION_TOPIC = struct.Struct(">ii16siiiii")
_SCHEMA_VERSION_DIGEST = struct.Struct(">iiiii32s")
_TIME_CORRELATION_KIND = struct.Struct(">iiqii16sii")
_ID = struct.Struct(">ii16s")
_FIELD = struct.Struct(">ii")
_NO_ID = _FIELD.pack(UUID_OID, -1)
_NO_TEXT = _FIELD.pack(TEXT, -1)
_POSITION = struct.Struct(">Q")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Head:
    """A position of the log and the digest there; `Head()` is the empty log."""

    position: int = 0
    digest: bytes = GENESIS


def link(previous: bytes, position: int, columns: bytes) -> bytes:
    """The digest of the event at `position`."""
    return sha256(previous + _POSITION.pack(position) + columns).digest()


def digest_after(previous: bytes, event: RawEvent) -> bytes:
    """The digest that `event` must have where the one before it has `previous`."""
    columns = encode_event(event.stream_id, event.version, event.topic, event.schema_version, event.payload_digest)
    return link(previous, event.position, columns + encode_envelope(event.envelope))


def encode_event(stream_id: UUID, version: int, topic: str, schema_version: int, payload_digest: bytes) -> bytes:
    """The columns up to the payload's digest."""
    name = topic.encode()
    return b"".join(
        (
            _STREAM_VERSION_TOPIC.pack(UUID_OID, 16, stream_id.bytes, INT4, 4, version, TEXT, len(name)),
            name,
            _SCHEMA_VERSION_DIGEST.pack(INT4, 4, schema_version, BYTEA, 32, payload_digest),
        )
    )


def encode_envelope(envelope: Envelope) -> bytes:
    """The columns from `recorded_at` on."""
    moment = (envelope.recorded_at - _EPOCH) // _MICROSECOND
    kind, actor = envelope.actor.kind.encode(), envelope.actor.id.encode()
    return b"".join(
        (
            _TIME_CORRELATION_KIND.pack(
                TIMESTAMPTZ, 8, moment, UUID_OID, 16, envelope.correlation_id.bytes, TEXT, len(kind)
            ),
            kind,
            _FIELD.pack(TEXT, len(actor)),
            actor,
            _text(envelope.causation_id),
            _id(envelope.project_id),
            _id(envelope.session_id),
            _text(envelope.traceparent),
        )
    )


def _text(value: str | None) -> bytes:
    if value is None:
        return _NO_TEXT
    encoded = value.encode()
    return _FIELD.pack(TEXT, len(encoded)) + encoded


def _id(value: UUID | None) -> bytes:
    return _NO_ID if value is None else _ID.pack(UUID_OID, 16, value.bytes)
