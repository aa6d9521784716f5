"""The digest chain's canonical encoding."""

import struct
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from tests.support.rows import ENVELOPE, row

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.chain import GENESIS, digest_after
from quarterdeck.domain.base import Actor, ActorKind


def column(oid: int, value: bytes | None) -> bytes:
    return struct.pack(">ii", oid, -1 if value is None else len(value)) + (value or b"")


def test_the_digest_is_what_the_page_says_it_is() -> None:
    event = replace(row(3, b'{"a":1}'), envelope=replace(ENVELOPE, session_id=None, causation_id=None))
    moment = (event.envelope.recorded_at.timestamp() - 946_684_800) * 1_000_000
    columns = (
        column(2950, UUID(int=3).bytes)
        + column(23, struct.pack(">i", 1))
        + column(25, b"CommandLost")
        + column(23, struct.pack(">i", 1))
        + column(17, sha256(b'{"a":1}').digest())
        + column(1184, struct.pack(">q", round(moment)))
        + column(2950, UUID(int=5).bytes)
        + column(25, b"user")
        + column(25, "ü1".encode())
        + column(25, None)
        + column(2950, UUID(int=6).bytes)
        + column(2950, None)
        + column(25, b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    )
    assert digest_after(GENESIS, event) == sha256(bytes(32) + struct.pack(">Q", 3) + columns).digest()


CHANGES = {
    "position": replace(row(1), position=2),
    "stream": replace(row(1), stream_id=UUID(int=9)),
    "version": replace(row(1), version=2),
    "topic": replace(row(1), topic="CommandLosT"),
    "schema version": replace(row(1), schema_version=2),
    "payload digest": replace(row(1), payload_digest=bytes(32)),
    "time": row(1, envelope=replace(ENVELOPE, recorded_at=ENVELOPE.recorded_at + timedelta(microseconds=1))),
    "actor": row(1, envelope=replace(ENVELOPE, actor=Actor(kind=ActorKind.AGENT, id="ü1"))),
    "actor id": row(1, envelope=replace(ENVELOPE, actor=Actor(kind=ActorKind.USER, id="u1"))),
    "correlation": row(1, envelope=replace(ENVELOPE, correlation_id=UUID(int=9))),
    "causation": row(1, envelope=replace(ENVELOPE, causation_id=None)),
    "empty causation": row(1, envelope=replace(ENVELOPE, causation_id="")),
    "project": row(1, envelope=replace(ENVELOPE, project_id=None)),
    "session": row(1, envelope=replace(ENVELOPE, session_id=None)),
    "project and session": row(1, envelope=replace(ENVELOPE, session_id=UUID(int=6), project_id=UUID(int=7))),
    "trace": row(1, envelope=replace(ENVELOPE, traceparent=None)),
}


@pytest.mark.parametrize("changed", CHANGES.values(), ids=CHANGES.keys())
def test_every_field_counts(changed: RawEvent) -> None:
    assert digest_after(GENESIS, changed) != digest_after(GENESIS, row(1))


def test_no_two_changes_give_the_same_digest() -> None:
    assert len({digest_after(GENESIS, changed) for changed in CHANGES.values()}) == len(CHANGES)


def test_the_payload_itself_does_not_count_so_that_it_can_be_erased() -> None:
    assert digest_after(GENESIS, replace(row(1), payload=None)) == digest_after(GENESIS, row(1))
