"""What a worker does with what an earlier process of it left: nothing is run twice, nothing is forgotten."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.transcripts import MemoryTranscriptStore
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.ports.output import TranscriptHead
from quarterdeck.domain.base import Recorded
from quarterdeck.domain.command import CommandLost, CommandStarted, EndReason
from quarterdeck.domain.errors import ConflictError, UnavailableError
from quarterdeck.domain.events import EVENT_TYPES, Event
from quarterdeck.domain.session_events import SessionAdopted, SessionLost
from quarterdeck.jail.abstract import ExecSpec, JailSpec
from quarterdeck.jail.dummy import DummyDriver, DummyJail, EchoesInput, Hangs, Prints, Script, WaitsFor
from quarterdeck.worker.settings import WorkerSettings
from quarterdeck.worker.worker import Worker


@pytest.fixture(autouse=True)
def _quick_leases(deck: Deck) -> None:
    deck.settings = WorkerSettings(
        worker_id="w1", host="here", state_dir=deck.folder, lease_seconds=0.05, reconcile_seconds=0.2
    )


@asynccontextmanager
async def abandoned(deck: Deck, worker: Worker) -> AsyncGenerator[Worker, None]:
    """The worker, ready; at the end it is gone without having settled anything, as after kill -9."""
    running = asyncio.create_task(worker.run())
    ready = asyncio.create_task(worker.ready.wait())
    await asyncio.wait({running, ready}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert worker.ready.is_set()
    yield worker
    await deck.registry.start("w1", "elsewhere", 1, 10)
    with pytest.raises(ConflictError):
        await asyncio.wait_for(running, 5)


async def has_ended(deck: Deck, session_id: UUID, command_id: UUID) -> bool:
    await deck.host.jails[session_id].wait(command_id)
    return True


async def is_stored(deck: Deck, command_id: UUID, size: int) -> bool:
    return (await deck.transcripts.head(command_id)).offset == size


async def adoptions(deck: Deck, session_id: UUID) -> list[bool]:
    """Whether each had to build the jail anew."""
    return [e.rebuilt for e in await deck.events(session_id) if isinstance(e, SessionAdopted)]


async def test_a_command_goes_on_under_the_next_worker_with_every_byte_once(deck: Deck) -> None:
    gates = [asyncio.Event() for _ in range(3)]
    steps = [
        step for n, gate in enumerate(gates) for step in (Prints(data=b"%d\n" % n, times=100), WaitsFor(event=gate))
    ]
    deck.scripts["count"] = Script(steps=tuple(steps))
    command_id = session_id = uuid4()
    for n, gate in enumerate(gates):
        async with abandoned(deck, deck.worker()):
            if n == 0:
                session_id = await deck.opened()
                command_id = await deck.run(session_id, "count")

            await eventually(partial(is_stored, deck, command_id, (n + 1) * 200))
            if n == 2:
                gate.set()
                await deck.finished(command_id)
        gate.set()
    assert await deck.output(command_id) == b"".join(b"%d\n" % n * 100 for n in range(3))
    assert await adoptions(deck, session_id) == [False, False]
    assert [spec.command_id for spec in deck.host.jails[session_id].started] == [command_id]


async def test_a_command_that_ended_between_two_workers_is_reported_by_the_second(deck: Deck) -> None:
    go_on = asyncio.Event()
    deck.scripts["wait"] = Script(steps=(WaitsFor(event=go_on), Prints(data=b"bye\n")), exit_code=9)
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "wait")
        await deck.running(command_id)
    go_on.set()
    await eventually(partial(has_ended, deck, session_id, command_id))
    async with working(deck.worker()):
        assert (await deck.finished(command_id)).exit_code == 9
    assert await deck.output(command_id) == b"bye\n"


class StuckDriver(DummyDriver):
    """Commands are asked to start and never do: the worker dies before it can."""

    async def create(self, spec: JailSpec) -> DummyJail:
        jail = await super().create(spec)

        async def never(spec: ExecSpec) -> None:
            await asyncio.Event().wait()

        jail.start = never  # type: ignore[method-assign]
        return jail


async def test_a_command_that_was_called_started_and_is_not_known_to_the_jail_is_lost(deck: Deck) -> None:
    async with abandoned(deck, deck.worker(driver=StuckDriver(host=deck.host))):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "true")
        await deck.running(command_id)
    async with working(deck.worker()):
        lost = await deck.lost(command_id)
        assert deck.host.jails[session_id].started == []
    assert "not known" in lost.reason


async def test_commands_that_waited_run_under_the_next_worker_in_their_order(deck: Deck) -> None:
    go_on = asyncio.Event()
    deck.scripts["first"] = Script(steps=(WaitsFor(event=go_on),))
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        commands = [await deck.run(session_id, text) for text in ("first", "second", "third")]
        await deck.running(commands[0])
        await deck.cancel(commands[1])
        await deck.finished(commands[1])
    assert isinstance(deck.jobs, MemoryJobQueue)
    deck.jobs.forget()
    go_on.set()
    async with working(deck.worker()):
        for command_id in commands:
            await deck.finished(command_id)
        assert [spec.text for spec in deck.host.jails[session_id].started] == ["first", "third"]


async def test_a_session_whose_jail_is_gone_is_built_anew_on_its_files(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await deck.running(command_id)
        deck.workspaces.write(session_id, "kept", b"1")
    deck.host.lose(session_id)
    async with working(deck.worker()):
        await deck.lost(command_id)
        finished = await deck.finished(await deck.run(session_id, "true"))
    assert finished.tree_before == (await deck.workspaces.tree(session_id, finished.tree_before)).tree
    assert await adoptions(deck, session_id) == [True]


async def test_a_session_whose_files_are_gone_is_lost_with_its_commands(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        commands = [await deck.run(session_id, "hang"), await deck.run(session_id, "waits")]
        await deck.running(commands[0])
    deck.host.lose(session_id)
    await deck.workspaces.discard(session_id)
    async with working(deck.worker()):
        assert (await deck.closed(session_id)).how == "lost"
        for command_id in commands:
            await deck.lost(command_id)


async def test_jails_and_files_that_no_live_session_needs_are_removed(deck: Deck) -> None:
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
    state = await deck.session(session_id)
    await deck.append(session_id, 3, SessionLost(reason="declared dead"), session_id=session_id)
    assert state
    stranger = uuid4()
    await deck.workspaces.prepare(stranger, uuid4(), deck.source, "main")
    async with working(deck.worker()):
        await eventually(lambda: not [jail for jail in deck.host.jails.values() if not jail.dead])

        async def no_files() -> bool:
            return not await deck.workspaces.sessions()

        await eventually(no_files)


async def test_an_orphan_that_turns_up_later_is_removed_by_the_timer(deck: Deck) -> None:
    async with working(deck.worker()):
        await deck.opened()
        stranger = uuid4()
        await deck.workspaces.prepare(stranger, uuid4(), deck.source, "main")

        async def gone() -> bool:
            return stranger not in await deck.workspaces.sessions()

        await eventually(gone)


async def test_a_session_that_the_log_calls_lost_is_given_up_by_the_worker_that_holds_it(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await deck.running(command_id)
        await deck.append(session_id, 3, SessionLost(reason="partitioned"), session_id=session_id)
        await deck.append(command_id, 2, CommandLost(reason="partitioned"), session_id=session_id)
        await eventually(lambda: session_id not in deck.host.jails or deck.host.jails[session_id].dead)


async def test_a_lost_command_that_still_runs_is_ended_and_its_output_kept(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Prints(data=b"still here\n"), Hangs()))
    async with abandoned(deck, deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "hang")
        await deck.running(command_id)
    await deck.append(command_id, 2, CommandLost(reason="the worker was away"), session_id=session_id)
    async with working(deck.worker()):

        async def let_go() -> bool:
            return command_id not in await deck.host.jails[session_id].commands()

        await eventually(let_go)
        assert (await deck.transcripts.head(command_id)).complete
    assert await deck.output(command_id) == b"still here\n"


async def test_an_end_that_was_logged_but_not_the_transcripts_end_is_completed(deck: Deck) -> None:
    class Dying(MemoryTranscriptStore):
        dead = False

        async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
            if self.dead and expected_sequence:
                await asyncio.Event().wait()
            return await super().append(command_id, expected_sequence, encoded)

    deck.transcripts = dying = Dying()
    dying.dead = True
    deck.scripts["say"] = Script(steps=(Prints(data=b"words\n"),))
    async with abandoned(deck, deck.worker()):
        command_id = await deck.run(await deck.opened(), "say")

        async def logged() -> bool:
            return len(await deck.events(command_id)) == 3

        await eventually(logged)
        assert not (await deck.transcripts.head(command_id)).complete
    dying.dead = False
    async with working(deck.worker()):
        await deck.finished(command_id)
    assert await deck.output(command_id) == b"words\n"


async def test_a_clean_stop_reports_what_ran_ends_the_jails_and_keeps_the_sessions(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Prints(data=b"so far\n"), Hangs()))
    loop = asyncio.get_running_loop()
    async with working(deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        running, waiting = await deck.run(session_id, "hang"), await deck.run(session_id, "true")

        await eventually(partial(is_stored, deck, running, 7))
        began = loop.time()
    assert loop.time() - began < 3
    assert (await deck.lost(running)).reason == "The worker was stopped."
    assert deck.host.jails[session_id].dead
    assert await deck.workspaces.sessions() == [session_id]
    async with working(deck.worker()):
        await deck.finished(waiting)
    assert await adoptions(deck, session_id) == [True]


class FlakyLog(MemoryEventLog):
    """PostgreSQL that goes away in the middle of an append: stored, and nobody was told."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.break_on: type | None = None
        self.broken = 0

    async def append(self, writes: Sequence[StreamWrite], context: Context) -> Sequence[Recorded[Event]]:
        recorded = await super().append(writes, context)
        if self.break_on and any(isinstance(each.event, self.break_on) for each in recorded):
            self.break_on = None
            self.broken += 1
            raise UnavailableError("PostgreSQL went away in the middle of an append; whether it is stored is unknown.")
        return recorded


@pytest.mark.parametrize("event", ["CommandStarted", "CommandFinished", "SessionProvisioned", "SessionClosed"])
async def test_an_append_whose_answer_was_lost_has_one_effect(deck: Deck, event: str) -> None:
    deck.log = log = FlakyLog()
    log.break_on = EVENT_TYPES[event]
    async with working(deck.worker()):
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "true")
        await deck.finished(command_id)
        assert [spec.command_id for spec in deck.host.jails[session_id].started] == [command_id]
        await deck.close(session_id)
        await deck.closed(session_id)
    assert log.broken == 1
    topics = await deck.topics(session_id=session_id)
    assert len(topics) == len(set(topics))


async def test_while_postgres_is_away_output_waits_and_then_goes_on(deck: Deck) -> None:
    class Away(MemoryTranscriptStore):
        away = False

        async def append(self, command_id: UUID, expected_sequence: int, encoded: bytes) -> TranscriptHead:
            if self.away:
                raise UnavailableError("PostgreSQL does not answer.")
            return await super().append(command_id, expected_sequence, encoded)

    deck.transcripts = store = Away()
    store.away = True
    deck.scripts["echo"] = Script(steps=(EchoesInput(),))
    async with working(deck.worker()):
        command_id = await deck.run(await deck.opened(), "echo")
        await deck.running(command_id)
        async with deck.live.subscribe(command_id) as messages:
            for n in range(10):
                with suppress(ConflictError):
                    await deck.control.send_input("w1", command_id, b"%d\n" % n, end=n == 9)
            await asyncio.wait_for(anext(messages), 5)
        store.away = False
        assert (await deck.finished(command_id)).reason is EndReason.EXITED
    assert await deck.output(command_id) == b"".join(b"%d\n" % n for n in range(10))


async def test_duplicates_of_a_job_run_its_command_once(deck: Deck) -> None:
    deck.jobs = MemoryJobQueue(ack_seconds=0.002)
    async with working(deck.worker()):
        session_id = await deck.opened()
        commands = [await deck.run(session_id, f"c{n}") for n in range(30)]
        for command_id in commands:
            await deck.finished(command_id)
        started = [spec.command_id for spec in deck.host.jails[session_id].started]
    assert sorted(started) == sorted(commands)
    for command_id in commands:
        assert [type(e) for e in await deck.events(command_id)].count(CommandStarted) == 1
