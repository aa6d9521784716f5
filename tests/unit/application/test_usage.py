"""Recording usage: idempotent by the provider's id, for as long as the log is kept."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from tests.unit.application.conftest import Deck

from quarterdeck.application.task_checks import By
from quarterdeck.application.usage import Usage
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError
from quarterdeck.domain.task_fields import TaskFields
from quarterdeck.domain.usage import ModelUsageRecorded, Tokens
from quarterdeck_projections.usage.pricing import priced


def call(deck: Deck, project_id: UUID) -> ModelUsageRecorded:
    return ModelUsageRecorded(
        project_id=project_id,
        provider="anthropic",
        response_id="msg_1",
        model="claude",
        tokens=Tokens(input_tokens=1),
        occurred_at=deck.clock.now(),
    )


@pytest.fixture
def usage(deck: Deck) -> Usage:
    return Usage(deck.ledgers, priced)


async def test_a_call_that_was_recorded_long_ago_may_be_told_again_and_a_new_one_of_then_not(
    deck: Deck, usage: Usage
) -> None:
    project_id = await deck.project()
    told = call(deck, project_id)
    first = await usage.record(deck.owner, project_id, [told])
    deck.clock.pass_time(timedelta(days=30))

    assert await usage.record(deck.owner, project_id, [told]) == first
    with pytest.raises(InvalidInputError, match="too far from now"):
        await usage.record(deck.owner, project_id, [told, replace(told, response_id="msg_2")])
    with pytest.raises(ConflictError):
        await usage.record(deck.owner, project_id, [replace(told, persona="x")])


async def test_the_same_id_of_another_provider_or_project_is_another_call(deck: Deck, usage: Usage) -> None:
    one, other = await deck.project(), await deck.project()
    told = call(deck, one)
    head = await deck.log.head()

    await usage.record(deck.owner, one, [told, replace(told, provider="openai")])
    await usage.record(deck.owner, other, [replace(told, project_id=other)])

    assert await deck.log.head() == head + 3


async def test_an_event_names_the_session_that_its_call_was_made_in(deck: Deck, usage: Usage) -> None:
    session_id = await deck.session()
    [opened, *_] = await deck.log.load(session_id)
    project_id = opened.envelope.project_id
    assert project_id

    recorded = await usage.record(deck.owner, project_id, [replace(call(deck, project_id), session_id=session_id)])

    [event] = await deck.log.load(recorded.ids[0])
    assert (event.envelope.session_id, event.envelope.project_id) == (session_id, project_id)


async def test_a_call_cannot_be_for_a_task_of_another_project(deck: Deck, usage: Usage) -> None:
    one, other = await deck.project(), await deck.project()
    task_id = (await deck.tasks.create(By(caller=deck.owner), other, TaskFields(title="Fix it"))).subject_id
    told = replace(call(deck, one), task_id=task_id)

    with pytest.raises(NotFoundError, match="no such task"):
        await usage.record(deck.owner, one, [told])

    assert (await usage.record(deck.owner, other, [replace(told, project_id=other)])).position
