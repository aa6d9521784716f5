"""Knowing from beside the projector that the read models are kept up."""

import asyncio

import psycopg
from tests.support.projecting import projecting, story_in
from tests.support.services import Database
from tests.support.waiting import eventually

from quarterdeck_projections.catching_up import CatchingUp


async def test_they_are_when_a_projector_works_and_has_come_to_the_logs_head(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        async with projecting(database):
            await asyncio.wait_for(CatchingUp(database.projector_url).wait(), 10)
        with psycopg.connect(database.owner_url) as connection:
            rows = connection.execute("SELECT position FROM read.projection_positions").fetchall()
        assert {position for (position,) in rows} == {await story.log.head()}


async def test_without_a_projector_they_are_not_however_far_they_are(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        async with projecting(database):
            await CatchingUp(database.projector_url).wait()
        late = CatchingUp(database.projector_url)
        waiting = asyncio.create_task(late.wait())
        await eventually(lambda: late.progress > 0)
        assert not waiting.done()
        async with projecting(database):
            await asyncio.wait_for(waiting, 10)


async def test_a_read_model_that_has_stopped_is_not_waited_for(database: Database) -> None:
    async with story_in(database) as story:
        await story.begin()
        async with projecting(database):
            await CatchingUp(database.projector_url).wait()
            with psycopg.connect(database.owner_url, autocommit=True) as connection:
                stopped = "SET position = 0, failed_at = 1, failure = 'no' WHERE name = 'users'"
                connection.execute(f"UPDATE read.projection_positions {stopped}")
                await asyncio.wait_for(CatchingUp(database.projector_url).wait(), 10)
