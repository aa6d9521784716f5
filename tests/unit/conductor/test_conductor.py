"""The conductor: work is handed out from the log, whatever happens to queues, workers and other conductors."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually
from tests.unit.worker.test_pausing import ask_to_resume, pause

from quarterdeck.adapters.memory.erasures import tombstone
from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.background import end
from quarterdeck.application.ports.jobs import Job, JobKind
from quarterdeck.conductor.conductor import FLOOR, RELAYED, Conductor
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain.command import CommandStarted, EndReason, RequestedCommand
from quarterdeck.domain.erasure import ErasedEventFields, PayloadErased
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.identity import TokenRevoked
from quarterdeck.domain.session_events import SessionProvisioned
from quarterdeck.domain.session_state import EndedSession, OpenSession, ReadySession
from quarterdeck.jail.dummy import Hangs, Script
from quarterdeck.worker.settings import WorkerSettings

QUICK = ConductorSettings(sweep_seconds=0.02, overdue_seconds=0.1, grace_seconds=0.2)


@asynccontextmanager
async def conducting(deck: Deck, settings: ConductorSettings | None = None) -> AsyncGenerator[Conductor, None]:
    conductor = deck.conductor(settings)
    task = asyncio.create_task(conductor.run())
    try:
        yield conductor
        assert not task.done()
    finally:
        await end([task])


@pytest.fixture(autouse=True)
def _only_the_relay_publishes(deck: Deck) -> None:
    deck.ring = False


def published(deck: Deck, kind: JobKind) -> list[Job]:
    assert isinstance(deck.jobs, MemoryJobQueue)
    return [job for job in deck.jobs.published if job.kind is kind]


async def test_everything_is_handed_out_from_the_log_alone(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with conducting(deck), working(deck.worker()):
        session_id = await deck.opened()
        await deck.finished(await deck.run(session_id, "true"))
        hang = await deck.run(session_id, "hang")
        await deck.running(hang)
        await deck.cancel(hang)
        assert (await deck.finished(hang)).reason is EndReason.CANCELLED
        await deck.close(session_id)
        await deck.closed(session_id)
    assert published(deck, JobKind.MIRROR_PROJECT)


async def test_what_was_asked_for_while_no_conductor_ran_is_handed_out_by_the_next(deck: Deck) -> None:
    async with working(deck.worker()):
        async with conducting(deck):
            session_id = await deck.opened()
            await deck.finished(await deck.run(session_id, "true"))
        commands = [await deck.run(session_id, f"c{n}") for n in range(3)]
        async with conducting(deck):
            for command_id in commands:
                await deck.finished(command_id)
        assert [spec.text for spec in deck.host.jails[session_id].started] == ["true", "c0", "c1", "c2"]


async def test_commands_of_a_session_that_is_not_ready_are_handed_out_when_it_is_in_order(deck: Deck) -> None:
    await deck.a_lease()
    async with conducting(deck):
        session_id = await deck.open(await deck.project(max_commands_per_session=1))
        commands = [await deck.run(session_id, f"c{n}") for n in range(3)]
        await eventually(lambda: published(deck, JobKind.PROVISION_SESSION))
        assert not published(deck, JobKind.RUN_COMMAND)
        async with working(deck.worker()):
            for command_id in commands:
                await deck.finished(command_id)
            assert [spec.text for spec in deck.host.jails[session_id].started] == ["c0", "c1", "c2"]


async def test_a_command_cancelled_while_its_session_is_made_ends_at_once(deck: Deck) -> None:
    async with conducting(deck):
        command_id = await deck.run(await deck.open(), "never")
        await deck.cancel(command_id)
        assert (await deck.finished(command_id)).reason is EndReason.CANCELLED


async def test_commands_of_a_session_that_cannot_be_made_are_refused(deck: Deck) -> None:
    async with conducting(deck):
        session_id = await deck.open(ref="nowhere")
        command_id = await deck.run(session_id, "never")
        async with working(deck.worker()):
            assert (await deck.closed(session_id)).how == "failed"
            assert (await deck.refused(command_id)).next_step


async def test_a_command_asked_of_a_session_that_has_ended_is_refused(deck: Deck) -> None:
    async with conducting(deck):
        session_id = await deck.open()
        await deck.close(session_id)
        assert isinstance(await deck.session(session_id), EndedSession)
        assert "ended" in (await deck.refused(await deck.run(session_id, "late"))).reason


async def test_jobs_that_the_queue_lost_are_published_again(deck: Deck) -> None:
    await deck.a_lease()
    async with conducting(deck, QUICK):
        first = await deck.open()
        assert isinstance(deck.jobs, MemoryJobQueue)
        await eventually(lambda: published(deck, JobKind.PROVISION_SESSION))
        deck.jobs.forget()
        async with working(deck.worker()):
            await deck.ready(first)
            await deck.finished(await deck.run(first, "true"))
        # the worker is away: whatever is asked for now, the queue loses it before it is back
        command_id = await deck.run(first, "true")
        await eventually(lambda: command_id in {job.subject_id for job in published(deck, JobKind.RUN_COMMAND)})
        deck.jobs.forget()
        async with working(deck.worker()):
            await deck.finished(command_id)
            await deck.close(first)
            deck.jobs.forget()
            await deck.closed(first)


async def test_a_worker_that_stays_away_loses_its_sessions(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, lease_seconds=0.3)
    async with conducting(deck, QUICK):
        async with working(deck.worker()):
            session_id = await deck.opened(max_commands_per_session=1)
        command_id = await deck.run(session_id, "waits for nobody")
        assert (await deck.closed(session_id)).how == "lost"
        await deck.refused(command_id)


async def test_a_command_of_a_worker_that_stays_away_is_lost(deck: Deck) -> None:
    async with conducting(deck, QUICK):
        session_id, command_id = await _of_a_dead_worker(deck)
        assert "not been heard of" in (await deck.lost(command_id)).reason
        assert (await deck.closed(session_id)).how == "lost"


async def _of_a_dead_worker(deck: Deck) -> tuple[UUID, UUID]:
    session_id = await deck.open()
    provisioned = SessionProvisioned(worker_id="dead", jail_driver="dummy", workspace_kind="clone", base_commit="")
    await deck.append(session_id, 1, provisioned, session_id=session_id)
    command_id = await deck.run(session_id, "true")
    await deck.append(command_id, 1, CommandStarted(worker_id="dead", tree_before=""), session_id=session_id)
    return session_id, command_id


async def test_a_session_that_is_to_be_resumed_goes_on_at_another_worker_where_its_own_stays_away(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="", host="here", state_dir=deck.folder, lease_seconds=0.3)
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with conducting(deck, QUICK):
        async with working(deck.worker("gone")):
            session_id = await deck.opened(max_commands_per_session=1)
            runs = await deck.run(session_id, "hang")
            await deck.running(runs)
            await pause(deck, session_id)
        waits = await deck.run(session_id, "true")
        await ask_to_resume(deck, session_id)
        await deck.lost(runs)
        async with working(deck.worker("w1")):
            await deck.finished(waits)
            assert (await deck.ready(session_id)).worker_id == "w1"
    assert "SessionLost" not in await deck.topics(session_id=session_id)


async def test_a_worker_that_starts_together_with_the_conductor_is_not_taken_for_dead(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, lease_seconds=0.1)
    settings = ConductorSettings(sweep_seconds=0.02, overdue_seconds=0.1, grace_seconds=1.0)
    async with conducting(deck, settings):
        async with working(deck.worker()):
            session_id = await deck.opened()
    lease = (await deck.registry.all())[0]
    await eventually(lambda: SystemClock().now() > lease.expires_at)
    async with conducting(deck, settings), working(deck.worker()):
        await deck.finished(await deck.run(session_id, "true"))
        assert isinstance(await deck.session(session_id), ReadySession)


async def test_two_conductors_do_no_harm(deck: Deck) -> None:
    deck.jobs = MemoryJobQueue(ack_seconds=0.01)
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(conducting(deck, QUICK))
        await stack.enter_async_context(working(deck.worker()))
        session_id = await deck.opened()
        commands = [await deck.run(session_id, f"c{n}") for n in range(20)]
        for command_id in commands:
            await deck.finished(command_id)
        assert sorted(spec.command_id for spec in deck.host.jails[session_id].started) == sorted(commands)
        dead_session, dead_command = await _of_a_dead_worker(deck)
        await deck.lost(dead_command)
        await deck.closed(dead_session)


async def test_a_queue_that_is_away_delays_and_loses_nothing(deck: Deck) -> None:
    class Away(MemoryJobQueue):
        away = True

        async def publish(self, job: Job) -> None:
            if self.away:
                raise UnavailableError("NATS does not answer.")
            await super().publish(job)

    deck.jobs = jobs = Away()
    async with conducting(deck), working(deck.worker()):
        session_id = await deck.open()
        command_id = await deck.run(session_id, "true")
        await eventually(deck.log.head)
        assert isinstance(await deck.session(session_id), OpenSession)
        assert isinstance(await deck.command(command_id), RequestedCommand)
        jobs.away = False
        await deck.finished(command_id)


async def test_an_event_that_asks_for_nothing_known_is_passed_over(deck: Deck) -> None:
    async with conducting(deck):
        # a session and a command that nothing else was ever logged of
        await deck.append(uuid4(), 0, CommandStarted(worker_id="w1", tree_before=""))
        async with working(deck.worker()):
            await deck.opened()


async def test_it_has_caught_up_with_an_empty_log_a_new_one_and_one_that_was_relayed_before(deck: Deck) -> None:
    async with conducting(deck) as first:
        await eventually(first.caught_up.is_set)
    await deck.open()
    async with conducting(deck) as second:
        await eventually(second.caught_up.is_set)
        assert second.position == await deck.log.head()
    await deck.cursors.put(RELAYED, await deck.log.head())
    await deck.cursors.put(FLOOR, await deck.log.head())
    async with conducting(deck) as third:
        await eventually(third.caught_up.is_set)


async def test_an_erasure_that_was_logged_and_not_done_is_done(deck: Deck) -> None:
    """Whoever logged it was killed in between."""
    rows = deck.log
    assert isinstance(rows, MemoryEventLog)
    await deck.append(uuid4(), 0, TokenRevoked(reason="it was hunter2"))
    [asked] = await rows.raw(await rows.head() - 1, 1)
    after = tombstone(asked.payload or b"", ("reason",))
    fields = ErasedEventFields(position=asked.position, fields=("reason",), sha256=sha256(after).hexdigest())
    await deck.append(uuid4(), 0, PayloadErased(reason="leaked", events=(fields,)))

    async def is_gone() -> bool:
        [row] = await rows.raw(asked.position - 1, 1)
        return row.partly_erased and row.payload == after

    async with conducting(deck):
        await eventually(is_gone)
