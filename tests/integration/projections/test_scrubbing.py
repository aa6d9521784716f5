"""Read models after an erasure."""

import asyncio
from contextlib import suppress

import psycopg
from tests.support.projecting import projected, projecting, story_in, tables
from tests.support.services import Database
from tests.support.waiting import eventually
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.erasures import PostgresErasures
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.application.erasing import Erasing, EventTarget
from quarterdeck.application.ports.callers import Caller
from quarterdeck_projections import scrubbing
from quarterdeck_projections.scratch import LOCK


async def test_what_was_erased_is_shown_no_more_now_or_after_the_projector_was_away(database: Database) -> None:
    async with story_in(database) as story, Pool(database.app_url) as pool, projecting(database):
        await story.begin()
        session_id = await story.open_session()
        asked = [await story.run(session_id, f"login hunter{number}") - 2 for number in range(2)]
        await projected(database, await story.log.head())
        erasing = Erasing(story.log, story.log, PostgresTranscriptStore(pool), PostgresErasures(pool))
        ada = Caller(user_id=story.user, user_name="ada", token_id=uuid7(), scopes=(), correlation_id=uuid7())

        async def erase(position: int) -> None:
            await erasing.erase(ada, "leaked", [EventTarget(position=position)], [])

        async def shown() -> str:
            # in a thread: it may wait for a lock that is held by what goes on here
            found = await asyncio.to_thread(tables, database)
            return str([found["commands"], found["audit_trail"]])

        def moved_on() -> int:
            with psycopg.connect(database.app_url) as connection:
                row = connection.execute("SELECT position FROM log.cursors WHERE name = %s", (scrubbing.CURSOR,))
                found = row.fetchone()
            return int(found[0]) if found else 0

        async def gone(text: str) -> bool:
            return text not in await shown()

        assert not await gone("hunter0")
        await erase(asked[0])
        serving = asyncio.create_task(scrubbing.serve(database.projector_url, decode))
        try:
            await eventually(lambda: gone("hunter0"))
            assert not await gone("hunter1")
            # one that a rebuild keeps waiting is not forgotten
            with psycopg.connect(database.projector_url) as other:
                other.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
                await erase(asked[1])
            await eventually(lambda: gone("hunter"))
            assert "[erased]" in await shown()
            last = await story.log.head()
            await eventually(lambda: moved_on() == last)
        finally:
            serving.cancel()
            with suppress(asyncio.CancelledError):
                await serving
