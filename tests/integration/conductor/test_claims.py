"""Conductors as processes that see the same claims run out and sessions end, and are killed: each is told once."""

from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from tests.integration.conductor.test_admission import conductor_process
from tests.support.projecting import session_opened, story_in
from tests.support.services import Database

from quarterdeck.domain.session_events import SessionProvisioningFailed
from quarterdeck.domain.session_task import SessionTaskGiven
from quarterdeck.domain.task import task_id
from quarterdeck.domain.task_events import TaskClaimed, TaskClaimExpired, TaskCreated, TaskStatus, TaskWorkNoted
from quarterdeck.domain.task_fields import TaskFields

TASKS, CONDUCTORS = 200, 3


@pytest.mark.timeout(120)
async def test_each_claim_ends_and_each_session_is_noted_once_while_conductors_race_and_are_killed(
    database: Database, nats_url: str
) -> None:
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
            session_id, given = uuid4(), SessionTaskGiven(task_id=task_id(story.project, number), number=number)
            failed = SessionProvisioningFailed(reason="no such ref", next_step="")
            await story.tell(session_id, session_opened(story), given, failed, session_id=session_id)
        ended: Counter[UUID] = Counter()
        noted: Counter[UUID] = Counter()
        told = await story.log.head()
        with ExitStack() as running:
            prefix = f"t{uuid4().hex}"
            conductors = [
                running.enter_context(conductor_process(database, nats_url, prefix)) for _ in range(CONDUCTORS)
            ]
            async with story.log.tail(told) as batches:
                async for batch in batches:
                    ended.update(each.stream_id for each in batch if isinstance(each.event, TaskClaimExpired))
                    noted.update(each.stream_id for each in batch if isinstance(each.event, TaskWorkNoted))
                    if len(ended) > TASKS // 3 and len(conductors) == CONDUCTORS:
                        conductors.pop().kill()
                    if len(ended) == len(noted) == TASKS:
                        break
        streams = [await story.log.load(task_id(story.project, number)) for number in range(1, TASKS + 1)]
    # which of the two comes first is nobody's concern
    told_of = [sorted(each.topic for each in stream) for stream in streams]
    assert (
        told_of == [sorted(each.TOPIC for each in (TaskCreated, TaskClaimed, TaskClaimExpired, TaskWorkNoted))] * TASKS
    )
