"""Conductors as processes that see the same budget used up and removed, and are killed: each session is held once."""

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from uuid import UUID, uuid4

import pytest
from tests.integration.conductor.test_admission import conductor_process
from tests.support.budget_process import caller
from tests.support.projecting import Story, session_opened, session_provisioned, story_in
from tests.support.services import Database

from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.usage import Usage
from quarterdeck.domain.budget import Scope, Terms
from quarterdeck.domain.budget_period import Every
from quarterdeck.domain.pausing import SessionPauseRequested, SessionResumeRequested
from quarterdeck.domain.session_holds import SessionHeld, SessionLetGo
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_projections.usage.pricing import priced

SESSIONS = 60


async def follow(story: Story, kind: type, after: int, when_some: Callable[[], object]) -> None:
    """Until each session has one of these events; `when_some` is called when a third has."""
    told: Counter[UUID] = Counter()
    asked = False
    async with story.log.tail(after) as batches:
        async for batch in batches:
            told.update(each.stream_id for each in batch if isinstance(each.event, kind))
            if len(told) > SESSIONS // 3 and not asked:
                asked = True
                when_some()
            if len(told) == SESSIONS:
                return


@pytest.mark.timeout(120)
async def test_each_session_is_held_and_let_go_once_while_conductors_race_and_are_killed(
    database: Database, nats_url: str
) -> None:
    async with story_in(database) as story:
        await story.begin()
        sessions = [uuid4() for _ in range(SESSIONS)]
        for session_id in sessions:
            await story.tell(session_id, session_opened(story), session_provisioned(), session_id=session_id)
        ledgers, ada = Ledgers(story.log, SystemClock()), caller(story.user)
        book, scope = BudgetBook(ledgers), Scope(project_id=story.project)
        budget_id = (await book.set(ada, scope, Every.ALL_TIME, "UTC", Terms(tokens=1))).budget_id
        call = ModelUsageRecorded(
            project_id=story.project, provider="p", response_id="r", model="m", tokens=Tokens(input_tokens=1)
        )
        hit = (await Usage(ledgers, priced).record(ada, story.project, [call])).position
        with ExitStack() as running:
            prefix = f"t{uuid4().hex}"
            conductors = [running.enter_context(conductor_process(database, nats_url, prefix)) for _ in range(3)]
            await follow(story, SessionHeld, hit, lambda: conductors.pop().kill())
            removed = (await book.remove(ada, story.project, budget_id)).position
            await follow(story, SessionLetGo, removed, lambda: conductors.pop().kill())
        streams = [await story.log.load(session_id) for session_id in sessions]
    expected = [each.TOPIC for each in (SessionHeld, SessionPauseRequested, SessionLetGo, SessionResumeRequested)]
    assert [[each.topic for each in stream[2:]] for stream in streams] == [expected] * SESSIONS
