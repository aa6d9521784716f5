"""Rebuilding read models."""

import asyncio
from collections import defaultdict
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from tests.support.histories import Chapter, histories
from tests.support.projecting import ALL, check_migrations, projected, projecting, story_in, tables
from tests.support.services import Database
from tests.support.waiting import eventually
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.errors import ConflictError, NotFoundError, UnavailableError
from quarterdeck.domain.events import Event
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries import positions, sessions
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.scratch import LOCK


async def test_a_rebuild_equals_what_was_there_and_says_how_far_it_is(database: Database) -> None:
    seen: list[tuple[str, int, int]] = []

    def report(name: str, done: int, total: int) -> None:
        seen.append((name, done, total))

    async with story_in(database) as story, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        await asyncio.gather(*(story.run(session_id) for _ in range(1500)))
        last = await story.log.head()
        await projected(database, last)
        before = tables(database)

        await rebuild(database.projector_url, decode, progress=report)

        assert tables(database) == before
        assert {name for name, _, _ in seen} == set(ALL)
        assert [done for name, done, _ in seen if name == "commands"] == [4000, last, last]
        assert {total for _, _, total in seen} == {last}


async def test_what_was_damaged_is_whole_again_and_the_rest_untouched(database: Database) -> None:
    async with story_in(database) as story, pools.Database(database.app_url) as read:
        await story.begin()
        session_id = await story.open_session()
        async with projecting(database):
            await projected(database, await story.log.head())
        whole = tables(database)
        with psycopg.connect(database.projector_url) as connection:
            connection.execute("UPDATE read.sessions SET title = 'damaged'")
            connection.execute("UPDATE read.users SET name = 'damaged'")

        await rebuild(database.projector_url, decode, "sessions")

        assert tables(database)["sessions"] == whole["sessions"]
        assert tables(database)["users"] != whole["users"]
        # the application still may read, through a statement it prepared before
        assert await sessions.get(read, session_id)


async def test_readers_and_writers_go_on_during_a_rebuild(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # on a busy machine those who write are as fast: more than a few events come in each round, here any
    monkeypatch.setattr("quarterdeck_projections.rebuild.NEAR_EVENTS", 0)
    done = asyncio.Event()
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        await projected(database, await story.log.head())

        async def write() -> None:
            while not done.is_set():
                await asyncio.gather(*(story.run(session_id) for _ in range(10)))

        async def look() -> None:
            while not done.is_set():
                assert await sessions.get(read, session_id)

        async with asyncio.TaskGroup() as meanwhile:
            meanwhile.create_task(write())
            meanwhile.create_task(look())
            for name in (None, "commands"):
                await rebuild(database.projector_url, decode, name)
            done.set()
        last = await story.log.head()
        await projected(database, last)
        assert len(tables(database)["commands"]) == (last - 4) // 3
        assert len(tables(database)["audit_trail"]) == last
        assert {row.failed_at for row in await positions.list_all(read)} == {None}


async def test_the_schema_after_a_rebuild_is_the_migrations(database: Database) -> None:
    await rebuild(database.projector_url, decode)
    check_migrations(database)


async def test_a_rebuild_waits_for_a_long_reader_without_stopping_others(database: Database) -> None:
    async with story_in(database) as story, projecting(database):
        await story.begin()
        await story.open_session()
        await projected(database, await story.log.head())
        reader = await psycopg.AsyncConnection.connect(database.app_url)
        await reader.execute("SELECT * FROM read.sessions")
        rebuilding = asyncio.create_task(rebuild(database.projector_url, decode, "sessions"))

        async def switching() -> bool:
            async with await psycopg.AsyncConnection.connect(database.admin_url) as connection:
                found = await connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                row = await found.fetchone()
                return bool(row and row[0])

        await eventually(switching)
        await story.open_session()
        await projected(database, await story.log.head(), "users")
        await reader.close()
        await rebuilding
        await projected(database, await story.log.head())
    assert len(tables(database)["sessions"]) == 2


async def test_an_event_that_cannot_be_projected_is_named_and_nothing_changes(database: Database) -> None:
    def picky(topic: str, schema_version: int, payload: bytes | None) -> Event | UnknownEvent | ErasedEvent:
        if payload and b"poison" in payload:
            raise ValueError("cannot have this")
        return decode(topic, schema_version, payload)

    async with story_in(database) as story:
        await story.begin()
        session_id = await story.open_session()
        for _ in range(15):
            await story.run(session_id)
        poisoned = await story.run(session_id, "poison") - 2
        for _ in range(300):
            await story.run(session_id)
        async with projecting(database):
            await projected(database, await story.log.head())
        before = tables(database)
        with pytest.raises(ConflictError, match=rf"Event {poisoned} cannot be projected: ValueError: cannot have this"):
            await rebuild(database.projector_url, picky)
        assert tables(database) == before
        await rebuild(database.projector_url, decode)
        assert tables(database) == before


async def test_one_rebuild_at_a_time(database: Database) -> None:
    with psycopg.connect(database.projector_url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(ConflictError, match="running already"):
            await rebuild(database.projector_url, decode)


async def test_a_name_there_is_none_of_is_answered_with_those_there_are(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no projection 'tasks'") as caught:
        await rebuild(database.projector_url, decode, "tasks")
    assert "sessions" in caught.value.next_step


async def test_a_database_that_is_away_is_said() -> None:
    with pytest.raises(UnavailableError, match="failed during the rebuild"):
        await rebuild("postgresql://nobody@127.0.0.1:1/none", decode)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
async def test_after_any_history_the_read_models_equal_a_rebuild(database: Database, history: list[Chapter]) -> None:
    async with story_in(database) as story, projecting(database, batch_events=5):
        ids: defaultdict[int, UUID] = defaultdict(uuid7)
        for chapter in history:
            await story.tell(ids[chapter.stream], chapter.event)
        last = await story.log.head()
        await projected(database, last)
        live = tables(database)
        await rebuild(database.projector_url, decode)
        assert tables(database) == live
