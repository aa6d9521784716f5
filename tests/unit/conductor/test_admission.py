"""The queue of sessions: whoever waits is let in by the log's order, whatever happens to conductors and workers."""

from collections import Counter
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import QUICK, conducting

from quarterdeck.application.streams import PROJECT
from quarterdeck.domain.project import ProjectSettings, ProjectSettingsChanged
from quarterdeck.domain.session_events import (
    SessionAdmitted,
    SessionClosed,
    SessionLost,
    SessionProvisioned,
    SessionProvisioningFailed,
)
from quarterdeck.domain.session_state import OpenSession
from quarterdeck.worker.settings import WorkerSettings


@pytest.fixture(autouse=True)
def _only_the_relay_publishes(deck: Deck) -> None:
    deck.ring = False


async def waits(deck: Deck, session_id: UUID) -> bool:
    state = await deck.session(session_id)
    return isinstance(state, OpenSession) and not state.admitted


async def test_a_session_waits_while_its_project_is_full_and_the_next_is_let_in_when_one_closes(deck: Deck) -> None:
    async with conducting(deck), working(deck.worker()):
        project_id = await deck.project(max_sessions=1)
        first, second, third = [await deck.open(project_id) for _ in range(3)]
        await deck.ready(first)
        assert await waits(deck, second)
        await deck.close(first)
        await deck.ready(second)
        assert await waits(deck, third)
        await deck.close(second)
        await deck.ready(third)


async def test_one_that_cannot_be_made_lets_the_next_in(deck: Deck) -> None:
    async with conducting(deck), working(deck.worker()):
        project_id = await deck.project(max_sessions=1)
        bad, good = await deck.open(project_id, ref="nowhere"), await deck.open(project_id)
        assert (await deck.closed(bad)).how == "failed"
        await deck.ready(good)


async def test_one_that_is_closed_while_it_waits_leaves_the_queue(deck: Deck) -> None:
    async with conducting(deck), working(deck.worker()):
        project_id = await deck.project(max_sessions=1)
        first, second, third = [await deck.open(project_id) for _ in range(3)]
        await deck.ready(first)
        await deck.close(second)
        await deck.close(first)
        await deck.ready(third)
        assert (await deck.closed(second)).how == "closed"


async def test_an_owner_with_enough_sessions_holds_up_nobody_else(deck: Deck) -> None:
    ada = uuid4()
    async with conducting(deck), working(deck.worker()):
        project_id = await deck.project(max_sessions_per_user=1)
        await deck.ready(await deck.open(project_id, owner_id=ada))
        second = await deck.open(project_id, owner_id=ada)
        await deck.ready(await deck.open(project_id))
        assert await waits(deck, second)


async def test_a_larger_limit_lets_more_in_at_once(deck: Deck) -> None:
    async with conducting(deck), working(deck.worker()):
        project_id = await deck.project(max_sessions=1)
        await deck.ready(await deck.open(project_id))
        second = await deck.open(project_id)
        home = await PROJECT.load(deck.log, project_id)
        await deck.append(project_id, home.version, ProjectSettingsChanged(settings=ProjectSettings(max_sessions=2)))
        await deck.ready(second)


async def test_a_full_worker_keeps_the_rest_waiting_in_order(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, capacity=2)
    async with conducting(deck), working(deck.worker()):
        sessions = [await deck.open() for _ in range(4)]
        for session_id in sessions[:2]:
            await deck.ready(session_id)
        assert await waits(deck, sessions[2])
        await deck.close(sessions[1])
        await deck.ready(sessions[2])
        assert await waits(deck, sessions[3])
        await deck.close(sessions[0])
        await deck.ready(sessions[3])


async def test_two_workers_never_hold_more_than_each_has_room_for(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, capacity=2)
    async with conducting(deck, QUICK), working(deck.worker("w1")), working(deck.worker("w2")):
        sessions = [await deck.open() for _ in range(8)]
        for session_id in sessions:
            await deck.ready(session_id)
            await deck.close(session_id)
        for session_id in sessions:
            await deck.closed(session_id)
    assert max((await most_held(deck)).values()) <= 2


async def test_nobody_is_let_in_before_there_is_a_worker(deck: Deck) -> None:
    async with conducting(deck, QUICK):
        session_id = await deck.open()
        assert await waits(deck, session_id)
        async with working(deck.worker()):
            await deck.ready(session_id)


async def test_who_waited_while_no_conductor_ran_is_let_in_by_the_next(deck: Deck) -> None:
    project_id = await deck.project(max_sessions=1)
    async with working(deck.worker()):
        async with conducting(deck):
            first, second = await deck.open(project_id), await deck.open(project_id)
            await deck.ready(first)
        await deck.close(first)
        third = await deck.open(project_id)
        async with conducting(deck):
            await deck.ready(second)
            assert await waits(deck, third)


async def test_conductors_that_admit_at_once_never_give_one_place_twice(deck: Deck) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(conducting(deck, QUICK))
        await stack.enter_async_context(working(deck.worker()))
        project_id = await deck.project(max_sessions=2)
        sessions = [await deck.open(project_id) for _ in range(12)]
        for session_id in sessions:
            await deck.ready(session_id)
            await deck.close(session_id)
        for session_id in sessions:
            await deck.closed(session_id)
    assert await most_placed(deck) <= 2


async def most_placed(deck: Deck) -> int:
    """The most places that were taken at any time, as the log has it."""
    placed: set[UUID] = set()
    most = 0
    for recorded in await deck.log.read(0, 100_000):
        match recorded.event:
            case SessionAdmitted():
                placed.add(recorded.stream_id)
            case SessionClosed() | SessionLost() | SessionProvisioningFailed():
                placed.discard(recorded.stream_id)
            case _:
                pass
        most = max(most, len(placed))
    return most


async def most_held(deck: Deck) -> Counter[str]:
    """The same for each worker."""
    held: dict[UUID, str] = {}
    most: Counter[str] = Counter()
    for recorded in await deck.log.read(0, 100_000):
        match recorded.event:
            case SessionProvisioned(worker_id=worker_id):
                held[recorded.stream_id] = worker_id
            case SessionClosed() | SessionLost():
                held.pop(recorded.stream_id, None)
            case _:
                pass
        most |= Counter(held.values())
    return most


async def test_an_admitted_session_is_not_let_in_again(deck: Deck) -> None:
    await deck.a_lease()
    async with conducting(deck, QUICK):
        session_id = await deck.open()
        await deck.admitted(session_id)
    async with conducting(deck, QUICK) as again:
        await eventually(again.caught_up.is_set)
        await deck.admitted(await deck.open())
    assert (await deck.topics(session_id=session_id)).count("SessionAdmitted") == 1
