"""Claims of tasks end when their lease runs out: once, whoever looks, and through any restart."""

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import conducting
from tests.unit.conductor.test_timekeeper import SETTINGS, AheadClock

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.system import SystemIds
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.task_checks import By
from quarterdeck.application.tasks import Tasks
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.task_events import TaskClaimExpired, TaskStatus
from quarterdeck.domain.task_fields import TaskFields

ADA = By(caller=Caller(user_id=uuid4(), user_name="ada", token_id=uuid4(), scopes=("*",), correlation_id=uuid4()))
HOUR = timedelta(hours=1)


@pytest.fixture
def clock(deck: Deck) -> AheadClock:
    deck.ring = False
    deck.clock = clock = AheadClock()
    deck.log = MemoryEventLog(clock)
    return clock


def tasks(deck: Deck) -> Tasks:
    return Tasks(deck.log, deck.clock)


async def claimed(deck: Deck) -> UUID:
    project_id = SystemIds().new()
    created = ProjectCreated(
        name="it",
        repository="/srv/it",
        default_branch="main",
        owner_id=ADA.caller.user_id,
        settings=ProjectSettings(),
    )
    await deck.append(project_id, 0, created)
    made = await tasks(deck).create(ADA, project_id, TaskFields(title="Fix it"))
    await tasks(deck).claim(ADA, made.subject_id, HOUR)
    return made.subject_id


async def ends(deck: Deck, task: UUID) -> list[TaskClaimExpired]:
    return [each for each in await deck.events(task) if isinstance(each, TaskClaimExpired)]


async def test_a_claim_that_is_not_renewed_ends_with_its_lease(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS):
        task = await claimed(deck)
        clock.passes(minutes=59)
        await tasks(deck).renew(ADA, task, HOUR)
        clock.passes(minutes=59)
        other = await claimed(deck)
        clock.passes(minutes=1)
        [ended] = await eventually(lambda: ends(deck, task))
        assert (ended.number, ended.status, ended.owner_id) == (1, TaskStatus.OPEN, None)
        assert await ends(deck, other) == []


async def test_a_claim_that_was_given_back_does_not_end_again(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS):
        released, finished, kept = [await claimed(deck) for _ in range(3)]
        await tasks(deck).release(ADA, released)
        await tasks(deck).change_status(ADA, finished, TaskStatus.DONE)
        clock.passes(hours=1)
        await eventually(lambda: ends(deck, kept))
        assert await ends(deck, released) == await ends(deck, finished) == []


async def test_a_lease_runs_on_while_no_conductor_does(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS):
        task = await claimed(deck)
    clock.passes(hours=1)
    async with conducting(deck, SETTINGS):
        await eventually(lambda: ends(deck, task))


async def test_two_conductors_end_a_claim_once(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS):
        held = [await claimed(deck) for _ in range(20)]
        clock.passes(hours=1)
        for task in held:
            await eventually(partial(ends, deck, task))
        last = await claimed(deck)
        clock.passes(hours=1)
        await eventually(lambda: ends(deck, last))
        assert [len(await ends(deck, task)) for task in held] == [1] * 20
