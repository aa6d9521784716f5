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
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.domain.base import Envelope

GENESIS = bytes(32)
"""The digest before the first event."""

INT8, INT4, TEXT, BYTEA, UUID_OID, TIMESTAMPTZ = 20, 23, 25, 17, 2950, 1184
_STREAM_VERSION = struct.Struct(">ii16siii")
_SCHEMA_VERSION_DIGEST = struct.Struct(">iiiii")
_TIME_CORRELATION = struct.Struct(">iiqii16s")
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
    stream = _STREAM_VERSION.pack(UUID_OID, 16, stream_id.bytes, INT4, 4, version)
    return stream + _topic(topic, schema_version) + payload_digest


@lru_cache(maxsize=1024)
def _topic(topic: str, schema_version: int) -> bytes:
    """Up to the digest's own bytes, of which there are always 32."""
    return _text(topic) + _SCHEMA_VERSION_DIGEST.pack(INT4, 4, schema_version, BYTEA, 32)


def encode_envelope(envelope: Envelope) -> bytes:
    """The columns from `recorded_at` on."""
    moment = (envelope.recorded_at - _EPOCH) // _MICROSECOND
    causation, project = envelope.causation_id, envelope.project_id
    session, traceparent = envelope.session_id, envelope.traceparent
    return b"".join(
        (
            _TIME_CORRELATION.pack(TIMESTAMPTZ, 8, moment, UUID_OID, 16, envelope.correlation_id.bytes),
            _actor(envelope.actor.kind, envelope.actor.id),
            _NO_TEXT if causation is None else _text(causation),
            _NO_ID if project is None else _ID.pack(UUID_OID, 16, project.bytes),
            _NO_ID if session is None else _ID.pack(UUID_OID, 16, session.bytes),
            _NO_TEXT if traceparent is None else _text(traceparent),
        )
    )


@lru_cache(maxsize=1024)
def _actor(kind: str, actor_id: str) -> bytes:
    return _text(kind) + _text(actor_id)


def _text(value: str) -> bytes:
    encoded = value.encode()
    return _FIELD.pack(TEXT, len(encoded)) + encoded
