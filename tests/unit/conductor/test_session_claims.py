"""Claims of sessions that work on a task last as long as the session."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
from tests.support.deck import Deck
from tests.support.starting import ADA, started, tasks_of
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import conducting
from tests.unit.conductor.test_timekeeper import SETTINGS, AheadClock

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.domain.project import ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.reopening import SessionReopened
from quarterdeck.domain.session_events import SessionLost
from quarterdeck.domain.session_state import OpenSession
from quarterdeck.domain.task_events import (
    TaskClaimExpired,
    TaskClaimRenewed,
    TaskReleased,
    TaskStatus,
    TaskStatusChanged,
)
from quarterdeck.domain.task_fields import TaskFields

HOUR = timedelta(hours=1)


@pytest.fixture
def clock(deck: Deck) -> AheadClock:
    deck.ring = False
    deck.clock = clock = AheadClock()
    deck.log = MemoryEventLog(clock)
    return clock


async def made(deck: Deck, project_id: UUID | None = None) -> UUID:
    home = project_id or await deck.project()
    return (await tasks_of(deck).create(ADA, home, TaskFields(title="Fix it"))).subject_id


async def renewals(deck: Deck, task: UUID) -> int:
    return sum(isinstance(each, TaskClaimRenewed) for each in await deck.events(task))


async def ends(deck: Deck, task: UUID) -> list[TaskReleased | TaskClaimExpired]:
    return [each for each in await deck.events(task) if isinstance(each, (TaskReleased, TaskClaimExpired))]


async def test_a_claim_is_renewed_once_in_each_half_of_its_lease_by_two_conductors(
    deck: Deck, clock: AheadClock
) -> None:
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS):
        task, other = await made(deck), await made(deck)
        await started(deck, task, HOUR)
        for count in range(1, 6):
            clock.passes(minutes=31)

            async def renewed(count: int = count) -> bool:
                return await renewals(deck, task) >= count

            await eventually(renewed)
        # and both have looked once more
        await tasks_of(deck).claim(ADA, other, timedelta(seconds=10))
        clock.passes(seconds=10)
        await eventually(lambda: ends(deck, other))
        assert (await renewals(deck, task), await ends(deck, task)) == (5, [])


async def test_it_is_given_back_once_when_the_session_is_closed_and_when_it_is_lost(
    deck: Deck, clock: AheadClock
) -> None:
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS):
        closed, lost = await made(deck), await made(deck)
        one, two = await started(deck, closed), await started(deck, lost)
        await deck.close(one)
        version = (await deck.loaded(two)).version
        await deck.append(two, version, SessionLost(reason="gone"), session_id=two)
        for task, how in ((closed, "closed"), (lost, "lost")):
            [end] = await eventually(partial(ends, deck, task))
            assert isinstance(end, TaskReleased)
            assert (end.status, end.owner_id) == (TaskStatus.OPEN, None)
            assert end.reason == f"The session that worked on it has ended ({how})."
        clock.passes(hours=1)
        other = await made(deck)
        await tasks_of(deck).claim(ADA, other)
        clock.passes(hours=1)
        await eventually(lambda: ends(deck, other))
        assert [len(await ends(deck, task)) for task in (closed, lost)] == [1, 1]


async def test_a_project_may_say_how_far_a_task_is_when_its_session_is_closed(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS), conducting(deck, SETTINGS):
        project_id = await deck.project()
        version = len(await deck.events(project_id))
        settings = ProjectSettings(task_at_close="in_review")
        await deck.append(project_id, version, ProjectSettingsChanged(settings=settings))
        closed, lost, blocked, dropped = [await made(deck, project_id) for _ in range(4)]
        sessions = [await started(deck, task) for task in (closed, lost, blocked, dropped)]
        await tasks_of(deck).block(ADA, blocked, "the key is missing")
        await tasks_of(deck).change_status(ADA, dropped, TaskStatus.DROPPED)
        version = (await deck.loaded(sessions[1])).version
        await deck.append(sessions[1], version, SessionLost(reason="gone"), session_id=sessions[1])
        for each in (sessions[0], sessions[2], sessions[3]):
            await deck.close(each)

        async def changed() -> list[TaskStatusChanged]:
            return [each for each in await deck.events(closed) if isinstance(each, TaskStatusChanged)]

        last = (await eventually(lambda: _but_one(changed)))[-1]
        assert (last.status, last.owner_id) == (TaskStatus.IN_REVIEW, ADA.caller.user_id)
        assert last.reason == "The session that worked on it has ended (closed)."
        for task, status in ((lost, TaskStatus.OPEN), (blocked, TaskStatus.BLOCKED)):
            [end] = await eventually(partial(ends, deck, task))
            assert isinstance(end, TaskReleased)
            assert end.status is status
        assert (await ends(deck, closed), await ends(deck, dropped)) == ([], [])
        assert len(await changed()) == 2


async def _but_one(changed: Callable[[], Awaitable[list[TaskStatusChanged]]]) -> list[TaskStatusChanged]:
    """The first is that the session began."""
    found = await changed()
    return found if len(found) > 1 else []


async def test_a_session_that_ends_while_no_conductor_runs_gives_it_back_as_well(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with conducting(deck, SETTINGS):
        session_id = await started(deck, task, HOUR)
        clock.passes(minutes=31)
        await eventually(lambda: renewals(deck, task))
    await deck.close(session_id)
    async with conducting(deck, SETTINGS):
        [end] = await eventually(lambda: ends(deck, task))
        assert isinstance(end, TaskReleased)


async def test_what_is_in_review_by_then_stays_so(deck: Deck, clock: AheadClock) -> None:
    async with conducting(deck, SETTINGS):
        reviewed, left = await made(deck), await made(deck)
        one, two = await started(deck, reviewed), await started(deck, left)
        await tasks_of(deck).change_status(ADA, reviewed, TaskStatus.IN_REVIEW)
        for session_id in (one, two):
            await deck.close(session_id)
        await eventually(lambda: ends(deck, left))
        assert await ends(deck, reviewed) == []


async def test_it_goes_on_when_the_session_is_made_anew_elsewhere(deck: Deck, clock: AheadClock) -> None:
    task = await made(deck)
    async with conducting(deck, SETTINGS):
        session_id = await started(deck, task, HOUR)
        place = await deck.loaded(session_id)
        assert isinstance(place.state, OpenSession)
        known = place.state
        reopened = SessionReopened(
            project_id=known.project_id,
            owner_id=known.owner_id,
            ref=known.ref,
            title=known.title,
            limits=known.asked,
            worker_id="w1",
            reason="gone",
        )
        await deck.append(session_id, place.version, reopened, session_id=session_id)
        clock.passes(minutes=31)
        await eventually(lambda: renewed(deck, task))
        assert await ends(deck, task) == []
    state = await deck.session(session_id)
    assert isinstance(state, OpenSession)
    assert state.task == known.task is not None


async def renewed(deck: Deck, task: UUID) -> bool:
    return await renewals(deck, task) > 0
