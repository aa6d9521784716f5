"""Sessions from opening to closing, on hosts in memory."""

import asyncio
from uuid import UUID

import pytest
from tests.support.deck import SOURCE, Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.ports.workspaces import PreparedWorkspace, WorkspaceTree
from quarterdeck.domain.command import CommandLost, EndReason
from quarterdeck.domain.errors import ConflictError, InvalidInputError, UnavailableError
from quarterdeck.domain.quota import WorkspaceQuota
from quarterdeck.domain.session_events import SessionProvisioningFailed
from quarterdeck.domain.session_state import EndedSession, OpenSession, ReadySession
from quarterdeck.domain.workspace import WorkspaceDiscarded, workspace_id
from quarterdeck.jail.abstract import JailSpec
from quarterdeck.jail.dummy import DummyDriver, DummyHost, DummyJail, Hangs, Script
from quarterdeck.jail.errors import JailError
from quarterdeck.worker.settings import WorkerSettings


async def test_a_session_is_made_by_the_first_worker_that_has_room(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.open()
        ready = await deck.ready(session_id)
    assert (ready.worker_id, ready.jail_driver) == ("w1", "dummy")
    assert await deck.topics(session_id=session_id) == [
        "SessionOpened",
        "SessionAdmitted",
        "WorkspacePrepared",
        "SessionProvisioned",
    ]


async def test_a_ref_that_does_not_exist_is_said_with_what_to_do(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.open(ref="no-such-branch")
        ended = await deck.closed(session_id)
        assert (ended.how, list(deck.host.jails)) == ("failed", [])
        assert await deck.workspaces.sessions() == []
    failed = (await deck.events(session_id))[-1]
    assert isinstance(failed, SessionProvisioningFailed)
    assert "no-such-branch" in failed.reason
    assert failed.next_step


class BrokenDriver(DummyDriver):
    """A host that cannot keep a jail shut, or a driver with a bug."""

    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure
        self.attempts = 0

    async def create(self, spec: JailSpec) -> DummyJail:
        self.attempts += 1
        raise self.failure


async def test_a_host_that_cannot_make_jails_says_so_and_keeps_no_files(deck: Deck) -> None:
    driver = BrokenDriver(JailError("No user namespaces here.", "Allow them."))
    async with working(deck.worker(driver=driver)):
        session_id = await deck.open()
        ended = await deck.closed(session_id)
        assert ended.reason == "No user namespaces here."
        assert await deck.workspaces.sessions() == []


async def test_a_session_that_fails_by_a_bug_is_given_up_after_some_attempts(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, max_attempts=1)
    driver = BrokenDriver(ValueError("a bug"))
    async with working(deck.worker(driver=driver)):
        ended = await deck.closed(await deck.open())
    assert driver.attempts == 1
    assert "failed 1 times" in ended.reason
    assert "a bug" not in ended.reason


async def test_what_has_no_room_waits_until_there_is_some(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, capacity=1)
    async with working(deck.worker()):
        first = await deck.opened()
        second = await deck.open()
        await deck.finished(await deck.run(first, "true"))
        assert isinstance(await deck.session(second), OpenSession)
        await deck.close(first)
        await deck.closed(first)
        await deck.ready(second)


async def test_one_of_two_workers_gets_the_session_and_the_other_keeps_nothing(deck: Deck) -> None:
    """The job is delivered to both, as after a redelivery that came too early."""
    hosts = [DummyHost(), DummyHost()]
    deck.jobs = MemoryJobQueue(ack_seconds=0.001)
    first = deck.worker("w1", driver=DummyDriver(host=hosts[0]))
    other = MemoryWorkspaces()
    other.put_branch(SOURCE, "main", {"README": b"read me\n"})
    mine, deck.workspaces = deck.workspaces, other
    second = deck.worker("w2", driver=DummyDriver(host=hosts[1]))
    async with working(first), working(second):
        sessions = [await deck.open() for _ in range(10)]
        winners = {session_id: (await deck.ready(session_id)).worker_id for session_id in sessions}

        async def only_at_the_winner() -> bool:
            for worker, host, files in (("w1", hosts[0], mine), ("w2", hosts[1], other)):
                expected = {session_id for session_id, winner in winners.items() if winner == worker}
                assert {jail for jail in host.jails if not host.jails[jail].dead} == expected
                assert set(await files.sessions()) == expected
            return True

        await eventually(only_at_the_winner)


async def test_closing_keeps_the_files_as_a_last_tree_and_leaves_nothing_else(deck: Deck) -> None:
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    async with working(deck.worker()):
        session_id = await deck.opened()
        deck.workspaces.write(session_id, "unsaved", b"work")
        await deck.close(session_id)
        ended = await deck.closed(session_id)
        await eventually(lambda: _gone(deck, session_id))
    discarded = (await deck.events(workspace_id(session_id)))[-1]
    assert isinstance(discarded, WorkspaceDiscarded)
    assert discarded.last_tree in ended.reason
    assert (discarded.bytes, discarded.files) == (4, 1)


async def _gone(deck: Deck, session_id: UUID) -> bool:
    return session_id not in await deck.workspaces.sessions() and session_id not in {
        each for each, jail in deck.host.jails.items() if not jail.dead
    }


async def test_closing_ends_what_runs_and_what_waits(deck: Deck) -> None:
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    async with working(deck.worker()):
        session_id = await deck.opened(max_commands_per_session=1)
        running, waiting = await deck.run(session_id, "hang"), await deck.run(session_id, "never")
        await deck.running(running)
        await deck.close(session_id)
        await deck.closed(session_id)
        assert (await deck.finished(running)).reason is EndReason.CANCELLED
        never = await deck.finished(waiting)
        assert (never.reason, never.wall_ms) == (EndReason.CANCELLED, 0)


class FullDisk(MemoryWorkspaces):
    full = True

    async def tree(self, session_id: UUID, since: str, *, keep_ignored: bool = False) -> WorkspaceTree:
        if self.full:
            raise UnavailableError("No space is left on the disk.", "Free some.")
        return await super().tree(session_id, since, keep_ignored=keep_ignored)


async def test_a_session_whose_last_tree_cannot_be_taken_keeps_its_files_until_it_can(deck: Deck) -> None:
    disk = FullDisk()
    deck.workspaces = disk
    disk.put_branch(SOURCE, "main", {"README": b"read me\n"})
    async with working(deck.worker()):
        session_id = await deck.opened()
        await deck.close(session_id)
        await eventually(lambda: session_id not in deck.host.jails or deck.host.jails[session_id].dead)
        assert await deck.workspaces.sessions() == [session_id]
        assert isinstance(await deck.session(session_id), ReadySession)
        disk.full = False
        await deck.closed(session_id)
        await eventually(lambda: _gone(deck, session_id))


async def test_how_a_command_ended_is_known_even_where_no_tree_can_be_taken(deck: Deck) -> None:
    disk = FullDisk()
    deck.workspaces = disk
    disk.put_branch(SOURCE, "main", {"README": b"read me\n"})
    deck.scripts["fail"] = Script(exit_code=7)
    async with working(deck.worker()):
        finished = await deck.finished(await deck.run(await deck.opened(), "fail"))
        assert (finished.exit_code, finished.tree_after) == (7, "")
        disk.full = False


async def test_a_command_asked_of_a_closed_session_is_refused(deck: Deck) -> None:
    async with working(deck.worker()):
        session_id = await deck.opened()
        deck.ring = False
        command_id = await deck.run(session_id, "late")
        deck.ring = True
        await deck.close(session_id)
        await deck.closed(session_id)
        outcome = await deck.ended(command_id)
    assert not isinstance(outcome, CommandLost)


class SlowWorkspaces(MemoryWorkspaces):
    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def prepare(
        self,
        session_id: UUID,
        project_id: UUID,
        source: str,
        ref: str,
        quota: WorkspaceQuota | None = None,
        *,
        commit: str | None = None,
    ) -> PreparedWorkspace:
        prepared = await super().prepare(session_id, project_id, source, ref, quota)
        await self.go_on.wait()
        return prepared


async def test_a_session_closed_while_it_is_made_leaves_nothing(deck: Deck) -> None:
    slow = SlowWorkspaces()
    deck.workspaces = slow
    slow.put_branch(SOURCE, "main", {"README": b"read me\n"})
    async with working(deck.worker()):
        session_id = await deck.open()

        async def begun() -> bool:
            return bool(await slow.sessions())

        await eventually(begun)
        await deck.close(session_id)
        assert isinstance(await deck.session(session_id), EndedSession)
        slow.go_on.set()
        await eventually(lambda: _gone(deck, session_id))
        assert list(await deck.events(workspace_id(session_id))) == []


async def test_where_no_jail_can_be_made_the_files_that_are_on_their_way_are_not_kept_either(deck: Deck) -> None:
    driver = BrokenDriver(JailError("No user namespaces here.", "Allow them."))

    class Late(MemoryWorkspaces):
        made = False

        async def prepare(
            self,
            session_id: UUID,
            project_id: UUID,
            source: str,
            ref: str,
            quota: WorkspaceQuota | None = None,
            *,
            commit: str | None = None,
        ) -> PreparedWorkspace:
            await eventually(lambda: driver.attempts)
            # so many turns of the loop as whoever did not wait for these files would take to end the session
            for _ in range(1000):
                await asyncio.sleep(0)
            prepared = await super().prepare(session_id, project_id, source, ref, quota, commit=commit)
            self.made = True
            return prepared

    deck.workspaces = late = Late()
    late.put_branch(SOURCE, "main", {"README": b"read me\n"})
    async with working(deck.worker(driver=driver)):
        ended = await deck.closed(await deck.open())
        assert ended.reason == "No user namespaces here."
        await eventually(lambda: late.made)
        assert await late.sessions() == []


async def test_a_project_is_mirrored_ahead_and_a_failure_is_not_repeated(deck: Deck) -> None:
    class Mirrors(MemoryWorkspaces):
        asked = 0

        async def mirror(self, project_id: UUID, source: str) -> None:
            self.asked += 1
            raise InvalidInputError("It is gone.")

    deck.workspaces = mirrors = Mirrors()
    async with working(deck.worker()):
        await deck.project()
        await eventually(lambda: mirrors.asked == 1)


async def test_two_processes_do_not_share_a_state_folder(deck: Deck) -> None:
    async with working(deck.worker()):
        with pytest.raises(ConflictError, match="Another worker works in"):
            await deck.worker().run()


async def test_a_worker_whose_name_was_taken_over_stops_and_leaves_its_jails_alone(deck: Deck) -> None:
    deck.settings = WorkerSettings(worker_id="w1", host="here", state_dir=deck.folder, lease_seconds=0.1)
    deck.scripts["hang"] = Script(steps=(Hangs(),))
    worker = deck.worker()
    running = asyncio.create_task(worker.run())
    await worker.ready.wait()
    session_id = await deck.opened()
    command_id = await deck.run(session_id, "hang")
    await deck.running(command_id)
    await deck.registry.start("w1", "elsewhere", 1, 10)
    with pytest.raises(ConflictError, match="taken over"):
        await asyncio.wait_for(running, 5)
    assert not deck.host.jails[session_id].dead
    await deck.running(command_id)
    await deck.host.jails[session_id].destroy()


class UnbuildableDriver(DummyDriver):
    """Jails that are gone cannot be built anew for now."""

    async def create(self, spec: JailSpec) -> DummyJail:
        raise JailError("There is no memory for a jail.", "Free some.")


async def test_a_command_whose_session_cannot_be_taken_up_is_refused_in_the_end(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    def soon(attempt: int) -> float:
        return 0.01 * attempt

    monkeypatch.setattr("quarterdeck.worker.deliveries._pause", soon)
    async with working(deck.worker()):
        session_id = await deck.opened()
    async with working(deck.worker(driver=UnbuildableDriver(host=deck.host))):
        command_id = await deck.run(session_id, "true")
        refused = await deck.refused(command_id)
        assert "could not be started in 5 attempts" in refused.reason
        assert isinstance(await deck.session(session_id), ReadySession)
    async with working(deck.worker()):
        await deck.finished(await deck.run(session_id, "true"))
