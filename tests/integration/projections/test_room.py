"""The cap on sessions that wait for a place, on the real log and read models."""

import asyncio
from uuid import UUID

from tests.support.projecting import projecting, story_in
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.dispatch import QueueDoorbell
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.requests import Outcome
from quarterdeck.application.sessions import Sessions
from quarterdeck.bootstrap.gateway import CountedSessions
from quarterdeck.domain.errors import LimitExceededError
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_schema.reads import ReadModels


def caller(user_id: UUID) -> Caller:
    return Caller(user_id=user_id, user_name="ada", token_id=uuid7(), scopes=("*",), correlation_id=uuid7())


async def test_as_many_as_may_wait_are_opened_however_many_are_asked_for_at_once(database: Database) -> None:
    async with (
        story_in(database) as story,
        projecting(database),
        pools.Database(database.app_url) as read,
        ProjectionWatch(database.app_url) as watch,
    ):
        await story.begin()
        counted = CountedSessions(read, ReadModels(read, watch))
        sessions = Sessions(
            story.log,
            SystemIds(),
            QueueDoorbell(MemoryJobQueue()),
            counted,
            Ledgers(story.log, SystemClock()),
            max_waiting=20,
        )

        asked = (sessions.open(caller(story.user), story.project) for _ in range(30))
        outcomes = await asyncio.gather(*asked, return_exceptions=True)

    assert sum(isinstance(each, Outcome) for each in outcomes) == 20
    assert sum(isinstance(each, LimitExceededError) for each in outcomes) == 10
