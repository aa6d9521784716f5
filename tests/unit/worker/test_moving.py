"""A session whose worker is gone goes on at another, and what the first one still has is kept. On hosts in memory."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.deck import Deck, working
from tests.support.waiting import eventually

from quarterdeck.adapters.memory.leases import MemoryWorkerRegistry
from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.adapters.memory.packs import MemorySnapshotPacks
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.workers import DiskRoom, WorkerLease
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain.archive import ShellsStored, SnapshotsStored, WorkSetAside, archive_id
from quarterdeck.domain.command import EndedCommand, RunningCommand
from quarterdeck.domain.errors import ConflictError, UnavailableError
from quarterdeck.domain.session import request_resume
from quarterdeck.domain.session_events import SessionAdmitted, SessionLost
from quarterdeck.domain.session_state import EndedSession, ReadySession
from quarterdeck.domain.workspace import WorkspaceRebuilt, workspace_id
from quarterdeck.jail.dummy import DummyHost, Hangs, Prints, Script, WaitsFor
from quarterdeck.jail.shims import ALONE_SECONDS
from quarterdeck.worker.archiving import Archiver
from quarterdeck.worker.settings import WorkerSettings


@dataclass
class Host:
    """Of worker `name`."""

    name: str
    deck: Deck
    workspaces: MemoryWorkspaces
    packs: MemorySnapshotPacks

    async def tree_of(self, session_id: UUID) -> str:
        prepared = await self.workspaces.find_prepared(session_id)
        assert prepared
        return (await self.workspaces.tree(session_id, prepared.tree)).tree

    def has_packed(self, session_id: UUID) -> None:
        """Packs in memory do not know by themselves whose trees were made here."""
        self.packs.stores.add(session_id)

    async def change(self, session_id: UUID, content: bytes) -> None:
        """Two commands: the first one's file is in a snapshot at its end."""
        self.workspaces.write(session_id, "file", content)
        await self.deck.finished(await self.deck.run(session_id, "true"))


def stands(host: Host, session_id: UUID) -> bool:
    jail = host.deck.host.jails.get(session_id)
    return jail is not None and not jail.dead


@asynccontextmanager
async def dying(host: Host) -> AsyncGenerator[None]:
    """With its worker, which is gone at the end as after kill -9."""
    worker = host.deck.worker(host.name)
    running = asyncio.create_task(worker.run())
    await eventually(worker.ready.is_set)
    yield
    await host.deck.registry.start(host.name, "elsewhere", 1, 0)
    with pytest.raises(ConflictError):
        await asyncio.wait_for(running, 5)


@pytest.fixture
def first(deck: Deck, tmp_path: Path) -> Host:
    deck.objects = MemoryObjects()
    deck.settings = WorkerSettings(
        worker_id="", host="here", state_dir=tmp_path, archive_seconds=0.05, lease_seconds=0.05, reconcile_seconds=0.1
    )
    return _host("w1", deck, tmp_path / "first")


@pytest.fixture
def second(first: Host, tmp_path: Path) -> Host:
    workspaces = first.workspaces.elsewhere()
    deck = replace(
        first.deck, host=DummyHost(), workspaces=workspaces, packs=None, folder=tmp_path / "second", shells={}
    )
    return _host("w2", deck, tmp_path / "second")


def _host(name: str, deck: Deck, folder: Path) -> Host:
    folder.mkdir()
    packs = MemorySnapshotPacks(folder)
    deck.packs = packs
    assert isinstance(deck.workspaces, MemoryWorkspaces)
    return Host(name, deck, deck.workspaces, packs)


async def lose(deck: Deck, session_id: UUID) -> None:
    loaded = await deck.loaded(session_id)
    await deck.append(session_id, loaded.version, SessionLost(reason="w1 is gone"), session_id=session_id)


async def take_up(deck: Deck, session_id: UUID) -> None:
    """As a user and a conductor do."""
    loaded = await deck.loaded(session_id)
    [reopened] = request_resume(loaded.state)
    await deck.append(session_id, loaded.version, reopened, session_id=session_id)
    await deck.append(session_id, loaded.version + 1, SessionAdmitted(), session_id=session_id)


async def stored(deck: Deck, session_id: UUID, count: int = 1) -> bool:
    return sum(isinstance(e, SnapshotsStored) for e in await deck.events(archive_id(session_id))) >= count


async def asides(deck: Deck, session_id: UUID) -> list[WorkSetAside]:
    return [each for each in await deck.events(archive_id(session_id)) if isinstance(each, WorkSetAside)]


async def opened(host: Host) -> UUID:
    session_id = await host.deck.opened()
    host.has_packed(session_id)
    return session_id


async def left(first: Host, second: Host, *, unsaved: bytes = b"") -> UUID:
    """A session that is lost with the first worker, with a snapshot in the object store."""
    async with dying(first):
        session_id = await opened(first)
        await first.change(session_id, b"stored")
        await eventually(partial(stored, first.deck, session_id))
        if unsaved:
            first.workspaces.write(session_id, "file", unsaved)
    second.has_packed(session_id)
    await lose(first.deck, session_id)
    return session_id


@asynccontextmanager
async def moved(first: Host, second: Host, *, unsaved: bytes = b"") -> AsyncGenerator[UUID]:
    """It is made anew by the second worker, which runs."""
    session_id = await left(first, second, unsaved=unsaved)
    async with working(second.deck.worker("w2")):
        await take_up(first.deck, session_id)
        assert (await second.deck.ready(session_id)).worker_id == "w2"
        yield session_id


async def test_it_has_what_was_stored_and_says_what_it_has_not(first: Host, second: Host) -> None:
    async with moved(first, second, unsaved=b"newer") as session_id:
        assert second.workspaces.files_of(await second.tree_of(session_id))["file"] == b"stored"
        events = await first.deck.events(workspace_id(session_id))
        [rebuilt] = [each for each in events if isinstance(each, WorkspaceRebuilt)]
        assert (rebuilt.from_worker_id, rebuilt.worker_id) == ("w1", "w2")
        assert rebuilt.tree == await second.tree_of(session_id)
        assert any(sentence.startswith("What was changed after") for sentence in rebuilt.not_carried_over)
        # and goes on like any other, in the store too
        await second.change(session_id, b"further")
        await eventually(partial(stored, first.deck, session_id, 2))
    topics = await first.deck.topics(session_id=session_id)
    begun = topics.index("SessionReopened")
    assert topics[begun : begun + 6] == [
        "SessionReopened",
        "SessionAdmitted",
        "WorkspaceRebuilt",
        "ArchiveTakenOver",
        "SessionProvisioned",
        "SessionResumed",
    ]


async def test_a_worker_that_comes_back_keeps_what_was_not_stored_and_ends_its_jail(first: Host, second: Host) -> None:
    async with moved(first, second, unsaved=b"newer") as session_id:
        async with working(first.deck.worker("w1")):
            [kept] = await eventually(partial(asides, first.deck, session_id))
            assert first.workspaces.files_of(kept.tree)["file"] == b"newer"
            assert kept.files_changed == 1
            assert await first.workspaces.sessions() == []
            assert not stands(first, session_id)
        assert isinstance(await first.deck.session(session_id), ReadySession)
        assert stands(second, session_id)


async def test_where_it_has_nothing_more_than_was_stored_nothing_is_kept(first: Host, second: Host) -> None:
    async with moved(first, second) as session_id:
        async with working(first.deck.worker("w1")):
            assert await first.workspaces.sessions() == []
            assert await asides(first.deck, session_id) == []


async def test_as_long_as_it_cannot_be_stored_the_old_copy_stays(first: Host, second: Host) -> None:
    objects = first.deck.objects
    assert isinstance(objects, MemoryObjects)
    async with moved(first, second, unsaved=b"newer") as session_id:
        objects.away = True
        async with working(first.deck.worker("w1")):
            await first.deck.control.check("w1")
            assert not stands(first, session_id)
            assert await first.workspaces.sessions() == [session_id]
            objects.away = False
            await eventually(partial(asides, first.deck, session_id))
            assert await eventually(partial(_is_empty, first))


async def _is_empty(host: Host) -> bool:
    return await host.workspaces.sessions() == []


async def test_nothing_is_lost_either_when_the_session_has_ended_meanwhile(first: Host, second: Host) -> None:
    async with moved(first, second, unsaved=b"newer") as session_id:
        await second.deck.close(session_id)
        await second.deck.closed(session_id)
    async with working(first.deck.worker("w1")):
        [kept] = await eventually(partial(asides, first.deck, session_id))
    assert first.workspaces.files_of(kept.tree)["file"] == b"newer"


async def test_commands_of_the_new_worker_are_left_alone_by_the_old_one(first: Host, second: Host) -> None:
    second.deck.scripts = {"hang": Script(steps=(Hangs(),))}
    async with moved(first, second, unsaved=b"newer") as session_id:
        command_id = await second.deck.run(session_id, "hang")
        await second.deck.running(command_id)
        async with working(first.deck.worker("w1")):
            await eventually(partial(asides, first.deck, session_id))
            assert isinstance(await first.deck.command(command_id), RunningCommand)


async def test_a_worker_that_comes_back_before_another_has_it_gives_its_newest_files(first: Host, second: Host) -> None:
    session_id = await left(first, second, unsaved=b"newest")
    loaded = await first.deck.loaded(session_id)
    await first.deck.append(session_id, loaded.version, *request_resume(loaded.state), session_id=session_id)
    async with working(first.deck.worker("w1")):
        await eventually(partial(stored, first.deck, session_id, 2))
    async with working(second.deck.worker("w2")):
        await first.deck.append(session_id, loaded.version + 1, SessionAdmitted(), session_id=session_id)
        await second.deck.ready(session_id)
        assert second.workspaces.files_of(await second.tree_of(session_id))["file"] == b"newest"
    assert await asides(first.deck, session_id) == []


async def test_the_old_worker_adds_nothing_to_what_is_stored(first: Host, second: Host) -> None:
    async with moved(first, second) as session_id:
        await second.change(session_id, b"further")
        await eventually(partial(stored, first.deck, session_id, 2))
        before = await first.deck.events(archive_id(session_id))
        first.packs.shell_states[session_id] = [b"cd old"]
        assert first.deck.objects
        archiver = Archiver("w1", Journal(first.deck.log, "worker:w1"), first.packs, first.deck.objects, 1)
        await archiver.send(session_id)
        assert await first.deck.events(archive_id(session_id)) == before


async def test_one_that_cannot_be_made_anew_is_lost_with_the_reason_and_can_be_tried_again(
    first: Host, second: Host, tmp_path: Path
) -> None:
    objects = first.deck.objects
    assert isinstance(objects, MemoryObjects)
    session_id = await left(first, second)
    [pack] = [e for e in await first.deck.events(archive_id(session_id)) if isinstance(e, SnapshotsStored)]
    await objects.get(pack.key, tmp_path / "whole")
    (tmp_path / "changed").write_bytes(b"x")
    await objects.put(pack.key, tmp_path / "changed")
    async with working(second.deck.worker("w2")):
        await take_up(first.deck, session_id)
        ended = await eventually(partial(_lost_again, first.deck, session_id))
        assert pack.key in ended.reason
        assert await second.workspaces.sessions() == []
        assert not stands(second, session_id)

        await objects.put(pack.key, tmp_path / "whole")
        await take_up(first.deck, session_id)
        await second.deck.ready(session_id)


async def _lost_again(deck: Deck, session_id: UUID) -> EndedSession:
    state = await deck.session(session_id)
    assert isinstance(state, EndedSession)
    assert "taken up" in state.reason
    return state


async def test_a_shells_state_that_holds_a_secret_does_not_leave_the_host(first: Host, tmp_path: Path) -> None:
    assert first.deck.settings
    first.deck.settings = replace(first.deck.settings, secrets=(b"hunter22",))
    async with working(first.deck.worker("w1")):
        session_id = await opened(first)
        first.packs.shell_states[session_id] = [b'declare -x A="1"', b'declare -x P="hunter22"']
        await eventually(partial(_shells, first.deck, session_id))
    [sent] = await _shells(first.deck, session_id)
    assert first.deck.objects
    await first.deck.objects.get(sent.key, tmp_path / "sent")
    assert (tmp_path / "sent").read_bytes() == b'declare -x A="1"\n'
    assert sent.commands == 2


async def _shells(deck: Deck, session_id: UUID) -> list[ShellsStored]:
    return [each for each in await deck.events(archive_id(session_id)) if isinstance(each, ShellsStored)]


class Registry(MemoryWorkerRegistry):
    away = False

    async def renew(
        self, lease: WorkerLease, sessions: int, ttl_seconds: float, disk: DiskRoom | None = None
    ) -> WorkerLease:
        if self.away:
            raise UnavailableError("The database does not answer.")
        return await super().renew(lease, sessions, ttl_seconds, disk)


async def test_a_worker_that_cannot_say_that_it_lives_runs_nothing_until_it_can(first: Host) -> None:
    registry, gate, deck = Registry(SystemClock()), asyncio.Event(), first.deck
    deck.registry = registry
    assert deck.settings
    deck.settings = replace(deck.settings, fence_seconds=0.1)
    deck.scripts = {"two": Script(steps=(WaitsFor(event=gate), Prints(data=b"after\n")))}
    async with working(deck.worker("w1")) as worker:
        session_id = await deck.opened()
        command_id = await deck.run(session_id, "two")
        await deck.running(command_id)
        registry.away = True
        await eventually(lambda: vars(worker)["_fence"].closed)
        gate.set()
        assert not await deck.host.jails[session_id].finishes(command_id)
        waits = await deck.run(session_id, "true")
        assert not isinstance(await deck.command(waits), (RunningCommand, EndedCommand))

        registry.away = False
        await deck.finished(command_id)
        await deck.finished(waits)


def test_a_worker_freezes_its_sessions_before_a_conductor_may_call_them_lost() -> None:
    worker, conductor = WorkerSettings(worker_id="w", host="", state_dir=Path()), ConductorSettings()
    # it looks every third of a lease, and waits so long for an answer
    latest = worker.fence_seconds + worker.lease_seconds
    assert latest < worker.lease_seconds + conductor.grace_seconds
    # where it was killed, its jails freeze by themselves; its last renewal was a third of a lease before, at most
    assert ALONE_SECONDS + worker.lease_seconds / 3 < worker.lease_seconds + conductor.grace_seconds
