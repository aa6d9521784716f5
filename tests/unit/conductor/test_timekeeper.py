"""Limits of time: sessions are warned, paused and closed by the log's times, through any restart."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually
from tests.unit.conductor.test_conductor import conducting

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain.deadlines import SessionLimitNear
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.pausing import Activity, SessionPaused, SessionPauseRequested
from quarterdeck.domain.session import request_pause
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.jail.dummy import Hangs, Script

SETTINGS = ConductorSettings(tick_seconds=0.01, sweep_seconds=3600)


@dataclass
class AheadClock:
    """The time, and what a test lets pass of it."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead

    def passes(self, **span: int) -> None:
        self.ahead += timedelta(**span)


@pytest.fixture
def clock(deck: Deck) -> AheadClock:
    deck.ring = False
    deck.clock = clock = AheadClock()
    # events are dated by the same clock: idle time counts from them
    deck.log = MemoryEventLog(clock)
    return clock


@asynccontextmanager
async def running(deck: Deck) -> AsyncGenerator[None]:
    async with conducting(deck, SETTINGS), working(deck.worker()):
        yield


async def opened(deck: Deck, when_idle: str = "pause", **limits: int) -> UUID:
    return await deck.opened(limits=LimitsAsked(**limits), when_idle=when_idle)


async def activity(deck: Deck, session_id: UUID) -> Activity:
    state = await deck.session(session_id)
    assert isinstance(state, ReadySession), state
    return state.pause.activity


async def is_paused(deck: Deck, session_id: UUID) -> bool:
    return await activity(deck, session_id) is Activity.PAUSED


async def warnings(deck: Deck, session_id: UUID) -> list[tuple[str, str]]:
    return [(e.limit, e.action) for e in await deck.events(session_id) if isinstance(e, SessionLimitNear)]


async def test_a_session_is_closed_when_its_time_is_up_and_says_why(deck: Deck, clock: AheadClock) -> None:
    async with running(deck):
        session_id = await opened(deck, wall_seconds=3600)
        clock.passes(minutes=59)
        await eventually(lambda: warnings(deck, session_id))
        assert isinstance(await deck.session(session_id), ReadySession)
        clock.passes(minutes=1)
        ended = await deck.closed(session_id)
        assert (ended.how, "It was open for 1 hour, its limit." in ended.reason) == ("closed", True)
        assert "kept as tree" in ended.reason
        assert await warnings(deck, session_id) == [("wall", "close")]


async def test_an_idle_session_is_warned_once_then_paused_and_wakes_when_it_is_used(
    deck: Deck, clock: AheadClock
) -> None:
    async with running(deck):
        session_id = await opened(deck, idle_seconds=600)
        clock.passes(minutes=9, seconds=30)
        await eventually(lambda: warnings(deck, session_id))
        clock.passes(seconds=30)
        await eventually(lambda: is_paused(deck, session_id))
        assert await warnings(deck, session_id) == [("idle", "pause")]
        assert SessionPaused(reason="It was idle for 10 minutes, its limit.") in await deck.events(session_id)
        await deck.finished(await deck.run(session_id, "true"))
        assert await activity(deck, session_id) is Activity.RUNNING


async def test_a_project_may_have_idle_sessions_closed(deck: Deck, clock: AheadClock) -> None:
    async with running(deck):
        session_id = await opened(deck, when_idle="close", idle_seconds=60)
        clock.passes(seconds=60)
        assert "It was idle for 1 minute" in (await deck.closed(session_id)).reason


async def test_a_session_that_runs_something_is_not_idle(deck: Deck, clock: AheadClock) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with running(deck):
        busy, idle = await opened(deck, idle_seconds=60), await opened(deck, idle_seconds=60)
        hang = await deck.run(busy, "hang")
        await deck.running(hang)
        clock.passes(minutes=5)
        await eventually(lambda: is_paused(deck, idle))
        assert await activity(deck, busy) is Activity.RUNNING
        await deck.cancel(hang)
        await deck.finished(hang)


async def test_one_that_somebody_paused_stays_paused_when_a_command_is_asked_for(deck: Deck, clock: AheadClock) -> None:
    async with running(deck):
        session_id = await deck.opened()
        loaded = await deck.loaded(session_id)
        await deck.append(session_id, loaded.version, *request_pause(loaded.state), session_id=session_id)
        await eventually(lambda: is_paused(deck, session_id))
        await deck.run(session_id, "true")
        # what comes after it in the log has been handled: so has that
        await deck.opened()
        assert await is_paused(deck, session_id)


async def test_the_time_goes_on_while_nobody_looks(deck: Deck, clock: AheadClock) -> None:
    async with working(deck.worker()):
        async with conducting(deck, SETTINGS):
            session_id = await opened(deck, wall_seconds=3600)
        clock.passes(hours=1)
        async with conducting(deck, SETTINGS):
            await deck.closed(session_id)


async def test_two_conductors_say_it_once(deck: Deck, clock: AheadClock) -> None:
    async with running(deck), conducting(deck, SETTINGS):
        session_id = await opened(deck, idle_seconds=600)
        clock.passes(minutes=9, seconds=30)
        await eventually(lambda: warnings(deck, session_id))
        clock.passes(seconds=30)
        await eventually(lambda: is_paused(deck, session_id))
        events = await deck.events(session_id)
        assert [type(e) for e in events].count(SessionLimitNear) == 1
        assert [type(e) for e in events].count(SessionPauseRequested) == 1


async def test_the_limits_of_time_are_among_those_that_a_session_shows(deck: Deck, clock: AheadClock) -> None:
    async with running(deck):
        session_id = await opened(deck, wall_seconds=43200, idle_seconds=1800)
        limits = await deck.limits(session_id)
        assert {(limit.name, limit.asked, limit.enforced_by) for limit in limits} >= {
            ("session_time", "12 hours", "conductor"),
            ("idle_time", "30 minutes", "conductor"),
        }
