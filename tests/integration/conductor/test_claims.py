"""Conductors as processes that see the same claims run out, and are killed: each claim ends once."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from tests.integration.conductor.test_admission import conductor_process
from tests.support.projecting import story_in
from tests.support.services import Database

from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskClaimed, TaskClaimExpired, TaskCreated, TaskStatus
from quarterdeck.domain.task_fields import TaskFields

TASKS, CONDUCTORS = 200, 3


@pytest.mark.timeout(120)
async def test_each_claim_ends_once_while_conductors_race_and_are_killed(database: Database, nats_url: str) -> None:
    async with story_in(database) as story:
        for number in range(1, TASKS + 1):
            created = TaskCreated(project_id=story.project, number=number, fields=TaskFields(title="Fix it"))
            claimed = TaskClaimed(
                number=1,
                user_id=story.user,
                session_id=None,
                expires_at=datetime(2026, 1, 1, tzinfo=UTC),
                status=TaskStatus.CLAIMED,
            )
            await story.tell(task_id(story.project, number), created, claimed)
        ended: Counter[UUID] = Counter()
        told = await story.log.head()
        with ExitStack() as running:
            prefix = f"t{uuid4().hex}"
            conductors = [
                running.enter_context(conductor_process(database, nats_url, prefix)) for _ in range(CONDUCTORS)
            ]
            async with story.log.tail(told) as batches:
                async for batch in batches:
                    ended.update(each.stream_id for each in batch if isinstance(each.event, TaskClaimExpired))
                    if len(ended) > TASKS // 3 and len(conductors) == CONDUCTORS:
                        conductors.pop().kill()
                    if len(ended) == TASKS:
                        break
        streams = [await story.log.load(task_id(story.project, number)) for number in range(1, TASKS + 1)]
    assert [[type(each.event) for each in stream] for stream in streams] == [
        [TaskCreated, TaskClaimed, TaskClaimExpired]
    ] * TASKS
