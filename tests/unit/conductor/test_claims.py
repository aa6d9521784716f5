"""Claims of tasks end when their lease runs out: once, whoever looks, and through any restart."""

from datetime import UTC, datetime, timedelta
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
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.application.task_checks import By
from quarterdeck.application.tasks import Tasks
from quarterdeck.conductor.open_work import OpenWork
from quarterdeck.domain.base import Actor, ActorKind, Envelope, Recorded
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.task_events import (
    TaskClaimed,
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskEvent,
    TaskReleased,
    TaskStatus,
)
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


async def claimed(deck: Deck, lease: timedelta = HOUR) -> UUID:
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
    await tasks(deck).claim(ADA, made.subject_id, lease)
    return made.subject_id


async def ends(deck: Deck, task: UUID) -> list[TaskClaimExpired]:
    return [each for each in await deck.events(task) if isinstance(each, TaskClaimExpired)]


async def test_a_claim_that_is_not_renewed_ends_with_its_lease(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS):
        task = await claimed(deck)
        clock.passes(minutes=59)
        await tasks(deck).renew(ADA, task, HOUR)
        shorter = await claimed(deck, timedelta(minutes=30))
        clock.passes(minutes=59)
        # then it has looked at the first one, too
        await eventually(lambda: ends(deck, shorter))
        assert await ends(deck, task) == []
        clock.passes(minutes=1)
        [ended] = await eventually(lambda: ends(deck, task))
        assert (ended.number, ended.status, ended.owner_id) == (1, TaskStatus.OPEN, None)


def test_a_conductor_begins_before_what_somebody_holds(deck: Deck) -> None:
    work, at = OpenWork(), datetime(2030, 1, 1, tzinfo=UTC)
    held = TaskClaimed(number=1, user_id=uuid4(), session_id=None, expires_at=at, status=TaskStatus.CLAIMED)
    released = TaskReleased(number=1, status=TaskStatus.OPEN, owner_id=None)
    events: list[TaskEvent] = [held, TaskClaimRenewed(number=1, expires_at=at), released]
    floors: list[int] = []
    for position, event in enumerate(events, start=7):
        work.apply(recorded(position, event))
        floors.append(work.floor)
    assert floors == [6, 7, 9]


def recorded(position: int, event: TaskEvent) -> LoggedEvent:
    envelope = Envelope(
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
        actor=Actor(kind=ActorKind.USER, id="ada"),
        correlation_id=uuid4(),
    )
    return Recorded(
        position=position,
        stream_id=UUID(int=1),
        version=position,
        topic=event.TOPIC,
        schema_version=1,
        envelope=envelope,
        event=event,
    )


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
