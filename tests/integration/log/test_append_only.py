"""The log is append-only for everybody; erasure is the one exception."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege
from tests.support.log_writer import append
from tests.support.services import Database

from quarterdeck.adapters.postgres import schema
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.audit.verify import verify
from quarterdeck.domain.base import ErasedEvent
from quarterdeck.domain.errors import InvalidInputError, UnavailableError


@dataclass
class Filled:
    database: Database
    log: PostgresEventLog


@pytest.fixture
async def filled(database: Database) -> AsyncGenerator[Filled]:
    """A log of three events of one stream."""
    async with PostgresEventLog(database.app_url, SystemClock()) as log:
        stream_id = uuid4()
        for version in range(3):
            await append(log, stream_id, version, reason="s3cret")
        yield Filled(database, log)


CHANGES = [
    "UPDATE log.events SET payload = 'x'",
    "UPDATE log.events SET topic = 'Other' WHERE position = 2",
    "UPDATE log.events SET payload = NULL, erased_at = now() WHERE position = 2",
    "DELETE FROM log.events WHERE position = 3",
    "TRUNCATE log.events",
    "DELETE FROM log.head",
    "TRUNCATE log.head",
    "UPDATE log.head SET position = 1",
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("role", ["app", "owner", "admin", "projector"])
def test_nobody_changes_what_is_logged(database: Database, role: str, change: str) -> None:
    url = {
        "app": database.app_url,
        "owner": database.owner_url,
        "admin": database.admin_url,
        "projector": database.projector_url,
    }[role]
    with psycopg.connect(database.app_url) as connection:
        connection.execute(INSERT)
        connection.execute("UPDATE log.head SET position = 2")
    with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(change.encode())


INSERT = """
    INSERT INTO log.events (position, digest, payload, stream_id, version, topic, schema_version, payload_digest,
        recorded_at, correlation_id, actor_kind, actor_id)
    SELECT n, decode(repeat('00', 32), 'hex'), '{}', gen_random_uuid(), 1, 'T', 1, decode(repeat('00', 32), 'hex'),
        now(), gen_random_uuid(), 'user', 'u' FROM generate_series(2, 3) n"""


def test_a_row_cannot_arrive_without_its_payload(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection, pytest.raises(CheckViolation):
        connection.execute(INSERT.replace("'{}'", "NULL").encode())


async def test_an_erased_payload_is_gone_and_the_chain_still_verifies(filled: Filled) -> None:
    with psycopg.connect(filled.database.owner_url) as owner:
        assert owner.execute("SELECT log.erase(2)").fetchone() == (True,)
        assert owner.execute("SELECT log.erase(2)").fetchone() == (False,)

    rows = await filled.log.raw(0, 10)
    report = verify(rows)
    assert (report.intact, report.checked, report.erased) == (True, 3, 1)
    assert [row.payload is None for row in rows] == [False, True, False]
    assert (await filled.log.load(rows[1].stream_id))[1].event == ErasedEvent(topic="CommandLost")
    await append(filled.log, rows[1].stream_id, 3)


async def test_erasing_opens_no_door_for_other_changes(filled: Filled) -> None:
    with psycopg.connect(filled.database.owner_url) as owner:
        owner.execute("SELECT log.erase(2)")
        with pytest.raises(InsufficientPrivilege):
            owner.execute("UPDATE log.events SET payload = NULL, erased_at = now() WHERE position = 3")


def test_the_application_may_not_erase(database: Database) -> None:
    with psycopg.connect(database.app_url) as app, pytest.raises(InsufficientPrivilege):
        app.execute("SELECT log.erase(1)")


async def test_an_event_of_a_later_release_neither_stops_a_stream_nor_a_tail(filled: Filled) -> None:
    stream_id = (await filled.log.read(0, 1))[0].stream_id
    with psycopg.connect(filled.database.app_url) as app:
        app.execute(LATER, (stream_id,))
        app.execute("UPDATE log.head SET position = 4")
    events = await filled.log.load(stream_id)
    assert (events[3].topic, events[3].schema_version, events[3].version) == ("FromTheFuture", 9, 4)
    assert [row.known for row in await filled.log.raw(2, 10)] == [True, False]


LATER = """
    INSERT INTO log.events (position, digest, payload, stream_id, version, topic, schema_version, payload_digest,
        recorded_at, correlation_id, actor_kind, actor_id)
    SELECT 4, digest, '{"x":1}', %s, 4, 'FromTheFuture', 9, payload_digest, now(), correlation_id, 'agent', 'a'
    FROM log.events WHERE position = 3"""


def test_installing_again_changes_nothing(database: Database) -> None:
    for _ in range(2):
        schema.install(database.owner_url, "quarterdeck_app", "quarterdeck_projector")


def test_a_role_that_does_not_exist_is_named(database: Database) -> None:
    with pytest.raises(InvalidInputError, match="nobody_of_that_name"):
        schema.install(database.owner_url, "nobody_of_that_name", "quarterdeck_projector")


def test_a_database_of_a_later_release_is_left_alone(database: Database) -> None:
    with psycopg.connect(database.owner_url) as owner:
        owner.execute("INSERT INTO log.migrations (name) VALUES ('9999_later.sql')")
    with pytest.raises(InvalidInputError, match="9999_later"):
        schema.install(database.owner_url, "quarterdeck_app", "quarterdeck_projector")


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(UnavailableError, match="does not let the owner in"):
        schema.install("postgresql://owner@/x?host=/nonexistent", "a", "b")


@pytest.mark.parametrize("setting", ["synchronous_commit"])
async def test_a_server_that_could_lose_what_was_acknowledged_is_refused(database: Database, setting: str) -> None:
    async with PostgresEventLog(f"{database.app_url}&options=-c%20{setting}%3Doff", SystemClock()) as log:
        with pytest.raises(UnavailableError, match=setting):
            await append(log, uuid4(), 0)


async def test_a_database_without_the_log_is_told(empty_database: Database) -> None:
    async with PostgresEventLog(empty_database.app_url, SystemClock()) as log:
        with pytest.raises(UnavailableError, match="no log yet"):
            await append(log, uuid4(), 0)
