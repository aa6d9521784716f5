"""Tasks on a real log that several gateways write to at once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from tests.support.projecting import Story
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.requests import IdempotencyKey
from quarterdeck.application.task_checks import By
from quarterdeck.application.tasks import Tasks
from quarterdeck.domain.errors import ConflictError
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskClaimed, TaskCreated
from quarterdeck.domain.task_fields import TaskChanges, TaskFields

GATEWAYS, CALLERS = 3, 60
FIX = TaskFields(title="Fix it")


@dataclass
class World:
    story: Story
    gateways: list[Tasks]
    people: list[By]

    def of(self, number: int) -> tuple[Tasks, By]:
        return self.gateways[number % GATEWAYS], self.people[number]


@pytest_asyncio.fixture
async def world(database: Database) -> AsyncGenerator[World]:
    """A project, administrators who all have it, and a log each for the gateways that they ask."""
    async with AsyncExitStack() as stack:
        logs = [
            await stack.enter_async_context(PostgresEventLog(database.app_url, SystemClock(), remember=True))
            for _ in range(GATEWAYS)
        ]
        story = Story(logs[0])
        await story.begin()
        people = [administrator(f"dev{number}") for number in range(CALLERS)]
        for each in people:
            await story.tell(each.caller.user_id, UserRegistered(name=each.caller.user_name))
        yield World(story, [Tasks(log, SystemClock()) for log in logs], people)


def administrator(name: str) -> By:
    return By(
        caller=Caller(
            user_id=uuid7(),
            user_name=name,
            token_id=uuid7(),
            scopes=("*",),
            correlation_id=uuid7(),
            roles=frozenset({"admin"}),
        )
    )


async def create(world: World, number: int, fields: TaskFields = FIX) -> UUID:
    tasks, by = world.of(number)
    return (await tasks.create(by, world.story.project, fields)).subject_id


async def test_tasks_that_are_made_at_once_have_numbers_without_a_gap(world: World) -> None:
    made = await asyncio.gather(*(create(world, number) for number in range(CALLERS)))
    assert {*made} == {task_id(world.story.project, number) for number in range(1, CALLERS + 1)}
    assert await create(world, 0) == task_id(world.story.project, CALLERS + 1)


async def test_the_same_request_to_several_gateways_makes_one_task(world: World) -> None:
    key = IdempotencyKey(key="k", request_sha256="s")
    by = replace(world.people[0], key=key)
    for _ in range(5):
        made = await asyncio.gather(*(each.create(by, world.story.project, FIX) for each in world.gateways))
        assert {each.subject_id for each in made} == {task_id(world.story.project, 1)}
    created = [each for each in await world.story.log.read(0, 1000) if isinstance(each.event, TaskCreated)]
    assert len(created) == 1


@pytest.mark.parametrize("round_", range(3))
async def test_of_many_who_claim_a_task_at_once_one_has_it(world: World, round_: int) -> None:
    task = await create(world, 0)

    async def claim(number: int) -> str:
        tasks, by = world.of(number)
        try:
            await tasks.claim(by, task, timedelta(hours=1))
        except ConflictError as refused:
            return refused.message
        return "claimed"

    answers = await asyncio.gather(*(claim(number) for number in range(CALLERS)))
    [claimed] = [each.event for each in await world.story.log.load(task) if isinstance(each.event, TaskClaimed)]
    [holder] = [each.caller.user_name for each in world.people if each.caller.user_id == claimed.user_id]
    assert answers.count("claimed") == 1
    assert set(answers) - {"claimed"} == {f"{holder} holds T-1 until {claimed.expires_at:%Y-%m-%d %H:%M:%S} UTC."}


async def test_edits_of_different_fields_at_once_are_all_kept(world: World) -> None:
    task = await create(world, 0)
    changes = [TaskChanges(title="All"), TaskChanges(body="text"), TaskChanges(estimate=60)]

    async def edit(number: int) -> None:
        tasks, by = world.of(number)
        await tasks.edit(by, task, changes[number], base=1)

    await asyncio.gather(*map(edit, range(3)))
    tasks, by = world.of(0)
    state = (await tasks.note(by, task, "done")).state
    assert getattr(state, "fields", None) == TaskFields(title="All", body="text", estimate=60)
    assert getattr(state, "revision", None) == 4


async def test_dependencies_that_are_made_at_once_never_go_round(world: World) -> None:
    """Each of a ring waits for the next: all but one are possible."""
    ring = [await create(world, 0) for _ in range(9)]

    async def wait_for_next(number: int) -> str:
        tasks, by = world.of(number)
        after = (number + 1) % len(ring) + 1
        try:
            await tasks.edit(by, ring[number], TaskChanges(dependencies=(after,)))
        except ConflictError as refused:
            return refused.message
        return ""

    answers = await asyncio.gather(*map(wait_for_next, range(len(ring))))
    [refused] = [each for each in answers if each]
    assert "would wait for itself" in refused
