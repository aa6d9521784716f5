"""Comparing the live read models with the log."""

import asyncio
from collections import defaultdict
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from tests.support.histories import Chapter, histories
from tests.support.projecting import projected, projecting, story_in
from tests.support.services import Database
from tests.support.waiting import eventually
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.domain.errors import ConflictError, UnavailableError
from quarterdeck_projections import checks
from quarterdeck_projections import database as pools
from quarterdeck_projections.comparison import Compared, Difference, compare
from quarterdeck_projections.queries import read_model_checks
from quarterdeck_projections.queries.read_model_checks import CheckRow, CheckState
from quarterdeck_projections.scratch import LOCK


def unsaid(step: str, done: int, total: int) -> None:
    """Of how it goes."""


async def compared(database: Database) -> tuple[Compared, list[Difference]]:
    found: list[Difference] = []

    async def keep(difference: Difference) -> None:
        found.append(difference)

    return await compare(database.projector_url, decode, keep, unsaid), found


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories())
async def test_after_any_history_nothing_differs(database: Database, history: list[Chapter]) -> None:
    async with story_in(database) as story, projecting(database, batch_events=5):
        ids: defaultdict[int, UUID] = defaultdict(uuid7)
        for chapter in history:
            await story.tell(ids[chapter.stream], chapter.event)
        last = await story.log.head()
        await projected(database, last)
        told, found = await compared(database)
    assert (told.position, told.differences, found) == (last, 0, [])
    assert told.rows >= last


async def test_what_was_tampered_with_is_named_cell_by_cell_and_row_by_row(database: Database) -> None:
    async with story_in(database) as story, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        command_id, gone = uuid7(), uuid7()
        await story.run(session_id, "make", command_id)
        await story.run(session_id, "make test", gone)
        await projected(database, await story.log.head())
        with psycopg.connect(database.projector_url) as connection:
            connection.execute(
                "UPDATE read.commands SET text = 'rm -rf /', exit_code = NULL WHERE id = %s", (command_id,)
            )
            connection.execute("DELETE FROM read.commands WHERE id = %s", (gone,))
            connection.execute("INSERT INTO read.user_roles VALUES (%s, 'admin')", (story.user,))
            connection.execute("UPDATE read.usage_facts SET value = value + 1")
            connection.execute("DELETE FROM read.usage_daily")

        told, found = await compared(database)

    cells = {(each.table, each.column): (each.logged, each.live) for each in found if each.column}
    assert cells == {("commands", "text"): ('"make"', '"rm -rf /"'), ("commands", "exit_code"): ("0", "null")}
    assert {each.key for each in found if each.column} == {f'{{"id":"{command_id}"}}'}
    rows = [(each.table, each.logged is None, each.live is None) for each in found if each.column is None]
    assert ("commands", False, True) in rows
    assert ("user_roles", True, False) in rows
    assert {table for table, _, _ in rows} == {"commands", "user_roles", "usage_facts", "usage_daily"}
    assert told.differences == len(found) == sum(told.by_table.values())
    assert told.by_table["projects"] == 0


async def test_live_ones_are_compared_where_they_are_while_the_product_goes_on(database: Database) -> None:
    done = asyncio.Event()
    async with story_in(database) as story, projecting(database):
        await story.begin()
        session_id = await story.open_session()

        async def write() -> None:
            while not done.is_set():
                await asyncio.gather(*(story.run(session_id) for _ in range(20)))
                await projected(database, await story.log.head())

        async with asyncio.TaskGroup() as meanwhile:
            meanwhile.create_task(write())
            results = [await compared(database) for _ in range(3)]
            done.set()
        assert [found for _, found in results] == [[], [], []]
        assert results[0][0].position < results[2][0].position <= await story.log.head()


async def test_what_a_killed_one_left_is_dropped_by_the_next(database: Database) -> None:
    async with story_in(database) as story, projecting(database):
        await story.begin()
        await projected(database, await story.log.head())
        with psycopg.connect(database.projector_url) as connection:
            connection.execute("CREATE TABLE read_next.projects (left_over int)")
            connection.commit()
            assert (await compared(database))[0].differences == 0
            left = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'read_next'").fetchone()
            assert left == (0,)


async def test_beside_a_rebuild_none_is_begun(database: Database) -> None:
    with psycopg.connect(database.projector_url) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        with pytest.raises(ConflictError, match="A rebuild or a comparison is running already"):
            await compared(database)


async def test_a_database_that_is_away_is_said() -> None:
    async def keep(_: Difference) -> None:
        raise AssertionError("nothing is compared")

    with pytest.raises(UnavailableError, match="failed during the comparison"):
        await compare("postgresql://nobody@127.0.0.1:1/none", decode, keep, unsaid)


async def test_the_application_asks_and_reads_what_was_found(database: Database) -> None:
    async with story_in(database) as story, projecting(database), pools.Database(database.app_url) as read:
        await story.begin()
        await projected(database, await story.log.head())
        with psycopg.connect(database.projector_url) as connection:
            connection.execute("UPDATE read.users SET name = 'eve'")
        lost, asked = uuid7(), uuid7()
        with psycopg.connect(database.projector_url) as connection:
            connection.execute(
                "INSERT INTO read.read_model_checks (id, asked_at, state, step, done, total) "
                "VALUES (%s, now(), 'running', '', 0, 0)",
                (lost,),
            )
        serving = asyncio.create_task(checks.serve(database.projector_url, decode))

        async def state(check_id: UUID) -> CheckRow | None:
            row = await read_model_checks.load(read, check_id)
            return row if row and row.state != CheckState.RUNNING else None

        try:
            given_up = await eventually(lambda: state(lost))
            assert given_up
            assert given_up.failure == "The process that compared has ended."
            await read_model_checks.ask(read, asked)
            await read_model_checks.ask(read, asked)
            told = await eventually(lambda: state(asked))
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
        assert told
        assert (told.state, told.differences, (told.tables or {})["users"]) == (CheckState.ENDED, 1, 1)
        [found] = await read_model_checks.differences(read, asked, 0, 10)
        assert (found.table_name, found.column_name, found.logged, found.live) == ("users", "name", '"ada"', '"eve"')
        assert await read_model_checks.differences(read, asked, 1, 10) == []
