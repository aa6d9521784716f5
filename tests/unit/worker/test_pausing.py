"""Pausing and resuming sessions, whatever happens to their worker and their jail meanwhile."""

import asyncio
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually
from tests.unit.worker.test_takeover import abandoned

from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.domain.command import EndReason, RequestedCommand
from quarterdeck.domain.errors import PausedError
from quarterdeck.domain.pausing import Activity, SessionPaused, SessionResumed
from quarterdeck.domain.session import request_pause, request_resume
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.jail.dummy import Hangs, Prints, Script, WaitsFor
from quarterdeck.worker.settings import WorkerSettings


@pytest.fixture(autouse=True)
def _quick(deck: Deck) -> None:
    deck.settings = WorkerSettings(
        worker_id="w1", host="here", state_dir=deck.folder, lease_seconds=0.05, reconcile_seconds=0.2
    )


async def ask_to_pause(deck: Deck, session_id: UUID) -> None:
    loaded = await deck.loaded(session_id)
    await deck.append(session_id, loaded.version, *request_pause(loaded.state, "lunch"), session_id=session_id)


async def ask_to_resume(deck: Deck, session_id: UUID) -> None:
    loaded = await deck.loaded(session_id)
    await deck.append(session_id, loaded.version, *request_resume(loaded.state), session_id=session_id)


async def reaches(deck: Deck, session_id: UUID, activity: Activity) -> None:
    async def check() -> bool:
        state = await deck.session(session_id)
        assert isinstance(state, ReadySession)
        return state.pause.activity is activity

    await eventually(check)


async def pause(deck: Deck, session_id: UUID) -> None:
    await ask_to_pause(deck, session_id)
    await reaches(deck, session_id, Activity.PAUSED)


async def resume(deck: Deck, session_id: UUID) -> SessionResumed:
    await ask_to_resume(deck, session_id)
    await reaches(deck, session_id, Activity.RUNNING)
    return next(e for e in reversed(await deck.events(session_id)) if isinstance(e, SessionResumed))


async def is_queued(deck: Deck, command_id: UUID) -> bool:
    return isinstance(await deck.command(command_id), RequestedCommand)


async def test_what_runs_stands_still_and_goes_on(deck: Deck) -> None:
    gate = asyncio.Event()
    deck.scripts["two"] = Script(steps=(WaitsFor(event=gate), Prints(data=b"after\n")))
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "two")
        await deck.running(command_id)
        await pause(deck, session_id)
        gate.set()
        assert not await deck.host.jails[session_id].finishes(command_id)
        assert not (await resume(deck, session_id)).rebuilt
        await deck.finished(command_id)
    assert SessionPaused(reason="lunch") in await deck.events(session_id)


async def test_new_commands_wait_and_start_in_order_when_it_goes_on(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        await pause(deck, session_id)
        commands = [await deck.run(session_id, f"c{n}") for n in range(3)]
        other = await deck.opened()
        await deck.finished(await deck.run(other, "true"))
        assert all([await is_queued(deck, each) for each in commands])
        await resume(deck, session_id)
        for command_id in commands:
            await deck.finished(command_id)
        assert [spec.text for spec in deck.host.jails[session_id].started] == ["c0", "c1", "c2"]


async def test_input_and_signals_are_refused_with_what_to_do(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await deck.running(command_id)
        await pause(deck, session_id)
        with pytest.raises(PausedError, match="paused"):
            await deck.control.send_input("w1", command_id, b"x", end=False)
        with pytest.raises(PausedError, match="paused"):
            await deck.control.signal("w1", command_id, "INT")
        await deck.cancel(command_id)
        assert (await deck.finished(command_id)).reason is EndReason.CANCELLED


async def test_it_stays_paused_under_the_next_worker(deck: Deck) -> None:
    gate = asyncio.Event()
    deck.scripts["two"] = Script(steps=(WaitsFor(event=gate), Prints(data=b"after\n")))
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "two")
        await deck.running(command_id)
        await pause(deck, session_id)
    waits = await deck.run(session_id, "true")
    gate.set()
    async with working(deck.worker()):
        await deck.opened()
        assert await is_queued(deck, waits)
        assert not await deck.host.jails[session_id].finishes(command_id)
        await resume(deck, session_id)
        await deck.finished(command_id)
        await deck.finished(waits)
    assert await deck.output(command_id) == b"after\n"


async def test_a_worker_that_dies_before_it_has_paused_is_followed_by_one_that_does(deck: Deck) -> None:
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
    deck.ring = False
    await ask_to_pause(deck, session_id)
    async with working(deck.worker()):
        await reaches(deck, session_id, Activity.PAUSED)
        await ask_to_resume(deck, session_id)
        await reaches(deck, session_id, Activity.RUNNING)


async def test_a_session_whose_jail_went_while_it_was_paused_is_rebuilt_and_says_so(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await deck.running(command_id)
        await pause(deck, session_id)
    deck.host.jails[session_id].die()
    async with working(deck.worker()):
        await deck.lost(command_id)
        await reaches(deck, session_id, Activity.PAUSED)
        assert (await resume(deck, session_id)).rebuilt
        await deck.finished(await deck.run(session_id, "true"))


async def test_a_paused_session_is_closed_like_any_other(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await deck.running(command_id)
        await pause(deck, session_id)
        waits = await deck.run(session_id, "true")
        await deck.close(session_id)
        assert (await deck.closed(session_id)).how == "closed"
        assert (await deck.finished(command_id)).reason is EndReason.CANCELLED
        assert (await deck.finished(waits)).reason is EndReason.CANCELLED


async def test_jobs_that_were_lost_are_made_up_for(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        assert isinstance(deck.jobs, MemoryJobQueue)
        await ask_to_pause(deck, session_id)
        deck.jobs.forget()
        await reaches(deck, session_id, Activity.PAUSED)
