"""A log full of sessions and their commands, as projections find it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import psycopg
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import encode
from quarterdeck.domain.command import ChangedFile, CommandFinished, CommandRequested, CommandStarted, EndReason
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_events import SessionOpened, SessionProvisioned
from quarterdeck.domain.workspace import SnapshotTaken, workspace_id

USER, PROJECT = uuid7(), uuid7()
COMMANDS_A_SESSION = 50
TREE, SHA256 = "c0ffee" * 6 + "abcd", "ab" * 32
COLUMNS = {
    "position": "int8",
    "digest": "bytea",
    "stream_id": "uuid",
    "version": "int4",
    "topic": "text",
    "schema_version": "int4",
    "payload": "bytea",
    "payload_digest": "bytea",
    "recorded_at": "timestamptz",
    "actor_kind": "text",
    "actor_id": "text",
    "correlation_id": "uuid",
    "project_id": "uuid",
    "session_id": "uuid",
}


class Told(NamedTuple):
    session_id: UUID
    stream_id: UUID
    version: int
    event: Event


def story() -> Iterator[Told]:
    """Without end: sessions of fifty commands, each with its snapshot."""
    while True:
        session_id = uuid7()
        yield Told(
            session_id,
            session_id,
            1,
            SessionOpened(project_id=PROJECT, owner_id=USER, ref="main", title="a session"),
        )
        yield Told(
            session_id,
            session_id,
            2,
            SessionProvisioned(worker_id="w1", jail_driver="bubblewrap", workspace_kind="overlay", base_commit=TREE),
        )
        for number in range(COMMANDS_A_SESSION):
            yield from command(session_id, number)


def command(session_id: UUID, number: int) -> Iterator[Told]:
    command_id = uuid7()
    text = f"git log --oneline | head -{number}"
    requested = CommandRequested(session_id=session_id, project_id=PROJECT, text=text)
    finished = CommandFinished(
        exit_code=0,
        signal=None,
        reason=EndReason.EXITED,
        wall_ms=12,
        cpu_ms=10,
        peak_memory_bytes=10_000_000,
        output_bytes=2_000,
        output_sha256=SHA256,
        tree_before=TREE,
        tree_after=TREE,
        files_changed=(ChangedFile(path="src/a.py", status="modified"),),
        files_changed_total=1,
    )
    snapshot = SnapshotTaken(command_id=command_id, tree=TREE, files_changed=1)
    yield Told(session_id, command_id, 1, requested)
    yield Told(session_id, command_id, 2, CommandStarted(worker_id="w1", tree_before=TREE))
    yield Told(session_id, workspace_id(session_id), number + 1, snapshot)
    yield Told(session_id, command_id, 3, finished)


def fill(url: str, count: int) -> None:
    """Writes the first `count` events. `url` is the superuser's: past the recorder, without its digests."""
    now, nothing, correlation = datetime.now(UTC), b"\0" * 32, uuid7()
    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor().copy(
            f"COPY log.events ({', '.join(COLUMNS)}) FROM STDIN (FORMAT BINARY)".encode()
        ) as copy:
            copy.set_types(list(COLUMNS.values()))
            for position, told in enumerate(islice(story(), count), 1):
                event = told.event
                what = (told.stream_id, told.version, event.TOPIC, event.SCHEMA_VERSION, encode(event), nothing, now)
                copy.write_row((position, nothing, *what, "user", str(USER), correlation, PROJECT, told.session_id))
        connection.execute("UPDATE log.head SET position = %s, digest = %s", (count, b"\1" * 32))
        connection.execute("VACUUM ANALYZE log.events")
