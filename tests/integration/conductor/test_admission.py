"""Conductors as processes that race for the same places, and are killed: none is given twice, and none stays free."""

from contextlib import AbstractContextManager, ExitStack
from uuid import UUID, uuid4

import pytest
from tests.support.part_processes import part_process
from tests.support.projecting import Story, story_in
from tests.support.ready import ReadyProcess
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.session_events import (
    SessionAdmitted,
    SessionClosed,
    SessionCloseRequested,
    SessionOpened,
)

PLACES, SESSIONS, CONDUCTORS = 3, 60, 3


def conductor_process(database: Database, nats_url: str, prefix: str) -> AbstractContextManager[ReadyProcess]:
    given = {"database_url": database.app_url, "nats_url": nats_url, "prefix": prefix}
    return part_process("tests.support.conductor_process", given)


@pytest.mark.timeout(120)
async def test_no_place_is_given_twice_by_conductors_that_race_and_are_killed(
    database: Database, nats_url: str
) -> None:
    prefix = f"t{uuid4().hex}"
    async with story_in(database) as story, Pool(database.app_url) as pool:
        await PostgresWorkerRegistry(pool).start("w1", "here", 1000, 300)
        sessions = await _opened(story)
        with ExitStack() as running:
            conductors = [
                running.enter_context(conductor_process(database, nats_url, prefix)) for _ in range(CONDUCTORS)
            ]
            order = await _close_each_as_it_is_admitted(story, conductors)
    assert order == sessions


async def _opened(story: Story) -> list[UUID]:
    settings = ProjectSettings(max_sessions=PLACES)
    created = ProjectCreated(
        name="it", repository="/srv/it", default_branch="main", owner_id=story.user, settings=settings
    )
    await story.tell(story.project, created)
    sessions = [uuid7() for _ in range(SESSIONS)]
    for session_id in sessions:
        opened = SessionOpened(project_id=story.project, owner_id=story.user, ref="main")
        await story.tell(session_id, opened, session_id=session_id)
    return sessions


async def _close_each_as_it_is_admitted(story: Story, conductors: list[ReadyProcess]) -> list[UUID]:
    """The order they came in. Two of the conductors are killed on the way."""
    placed: set[UUID] = set()
    order: list[UUID] = []
    closed = 0
    deaths = [SESSIONS // 3, 2 * SESSIONS // 3]
    async with story.log.tail(0) as batches:
        async for batch in batches:
            for recorded in batch:
                if isinstance(recorded.event, SessionAdmitted):
                    placed.add(recorded.stream_id)
                    order.append(recorded.stream_id)
                if isinstance(recorded.event, SessionClosed):
                    placed.discard(recorded.stream_id)
                assert len(placed) <= PLACES, "a place was given twice"
            for session_id in order[closed:] if len(placed) == PLACES else ():
                story.saw(session_id, 2)
                await story.tell(session_id, SessionCloseRequested(), SessionClosed(), session_id=session_id)
                closed += 1
            if deaths and len(order) >= deaths[0]:
                deaths.pop(0)
                conductors.pop().kill()
            if len(order) == SESSIONS:
                return order
    raise AssertionError("the log's tail ended")
