"""What the read models say about those who wait."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from tests.support.projecting import (
    Story,
    command_requested,
    command_started,
    projected,
    projecting,
    session_opened,
    session_provisioned,
    story_in,
)
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.domain.project import ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.session_events import SessionAdmitted
from quarterdeck_projections import database as pools
from quarterdeck_projections.queries import queue


@dataclass
class World:
    database: Database
    read: pools.Database
    story: Story

    async def open(self, *, owner: UUID | None = None) -> UUID:
        session_id = uuid7()
        story = Story(self.story.log, owner or self.story.user, self.story.project)
        await self.story.tell(session_id, session_opened(story), session_id=session_id)
        return session_id

    async def set(self, **settings: int) -> None:
        changed = ProjectSettingsChanged(settings=ProjectSettings(**settings))  # type: ignore[arg-type]
        await self.story.tell(self.story.project, changed)

    async def session_place(self, session_id: UUID) -> tuple[int, str] | None:
        await projected(self.database, await self.story.log.head())
        place = (await queue.of_sessions(self.read, [session_id])).get(session_id)
        return (place.position, place.reason) if place else None

    async def command_place(self, command_id: UUID) -> tuple[int, str] | None:
        await projected(self.database, await self.story.log.head())
        place = (await queue.of_commands(self.read, [command_id])).get(command_id)
        return (place.position, place.reason) if place else None


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    async with story_in(database) as story, pools.Database(database.app_url) as read, projecting(database):
        await story.begin()
        yield World(database, read, story)


async def a_worker(world: World, capacity: int) -> None:
    async with Pool(world.database.app_url) as pool:
        await PostgresWorkerRegistry(pool).start("w1", "here", capacity, 60)


async def test_a_session_waits_for_a_worker_where_there_is_none(world: World) -> None:
    await world.open()
    assert await world.session_place(await world.open()) == (2, "no worker is running")


async def test_a_session_waits_for_room_in_its_project(world: World) -> None:
    await a_worker(world, 50)
    await world.set(max_sessions=1)
    await world.story.open_session()
    await world.open()
    second = await world.open()
    assert await world.session_place(second) == (2, "the project has 1 of 1 sessions open")


async def test_a_session_waits_for_its_owner_to_close_one(world: World) -> None:
    await a_worker(world, 50)
    await world.set(max_sessions_per_user=1)
    await world.open(owner=uuid7())
    await world.story.open_session()
    waits = await world.open()
    assert await world.session_place(waits) == (1, "its owner has 1 of 1 sessions open in this project")


async def test_a_session_waits_for_a_worker_that_is_full(world: World) -> None:
    await a_worker(world, 1)
    await world.story.open_session()
    assert await world.session_place(await world.open()) == (1, "the workers have 1 of 1 sessions")


async def test_a_session_with_a_place_does_not_wait(world: World) -> None:
    await a_worker(world, 50)
    session_id = await world.open()
    assert await world.session_place(session_id) == (1, "it is let in next")
    await world.story.tell(session_id, SessionAdmitted(), session_id=session_id)
    assert await world.session_place(session_id) is None


async def test_a_command_waits_for_its_session_then_for_a_slot(world: World) -> None:
    await world.set(max_commands_per_session=1)
    session_id, (first, second) = await world.open(), (uuid7(), uuid7())
    for command_id in (first, second):
        await world.story.tell(command_id, command_requested(session_id, world.story.project), session_id=session_id)
    assert await world.command_place(second) == (2, "the session is not ready yet")
    await world.story.tell(session_id, SessionAdmitted(), session_provisioned(), session_id=session_id)
    assert await world.command_place(first) == (1, "it is started next")
    await world.story.tell(first, command_started(), session_id=session_id)
    assert await world.command_place(first) is None
    assert await world.command_place(second) == (1, "1 of 1 commands run in this session")
