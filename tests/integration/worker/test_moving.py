"""Two workers, each with a host of its own: a session whose worker is killed goes on at the other one, once."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.support.deck import Deck
from tests.support.host_check import UID, Host
from tests.support.jails import processes_of
from tests.support.launchers import SHARED
from tests.support.real_deck import real_deck
from tests.support.repositories import JAIL_UID
from tests.support.services import Database
from tests.support.waiting import eventually
from tests.support.workers import worker_process
from tests.unit.worker.test_pausing import pause

from quarterdeck.adapters.nats.control import NatsWorkerControl
from quarterdeck.application.background import end
from quarterdeck.application.snapshots import Place, SetAside, Snapshots
from quarterdeck.application.streams import ARCHIVE
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain.archive import ShellsStored, archive_id
from quarterdeck.domain.command import CommandLost, RunningCommand
from quarterdeck.domain.pausing import SessionResumed
from quarterdeck.domain.session import request_resume
from quarterdeck.domain.session_state import ReadySession
from quarterdeck.domain.worker import OrphanRemoved, worker_stream
from quarterdeck.domain.workspace import SnapshotTaken, WorkspaceRebuilt, workspace_id
from quarterdeck.jail.bubblewrap import BubblewrapDriver

pytestmark = pytest.mark.timeout(240)
SOON = ConductorSettings(sweep_seconds=0.3, overdue_seconds=2.0, grace_seconds=1.0)
LEASE = "1.5"


@asynccontextmanager
async def two_hosts(database: Database, nats_url: str, prefix: str) -> AsyncGenerator[Deck]:
    """With a conductor. Workers `a` and `b` have their folders below those names; the object store is one."""
    async with real_deck(database, nats_url, prefix) as deck:
        deck.ring = False
        for name in "ab":
            (deck.folder / name).mkdir(mode=0o711)
        conducting = asyncio.create_task(deck.conductor(SOON).run())
        try:
            yield deck
        finally:
            await end([conducting])
            for name in "ab":
                await end_jails(deck.folder / name / "worker")


async def end_jails(state: Path) -> None:
    """What a killed worker left."""
    driver = BubblewrapDriver(state, JAIL_UID, launcher=SHARED)
    for session_id in await driver.sessions():
        if jail := await driver.adopt(session_id):
            await jail.destroy()
    await driver.close()


def host(deck: Deck, name: str) -> Host:
    return Host(state=deck.folder / name / "worker", marks=deck.folder / name / name)


async def resume(deck: Deck, session_id: UUID) -> None:
    loaded = await deck.loaded(session_id)
    await deck.append(session_id, loaded.version, *request_resume(loaded.state), session_id=session_id)


async def at(deck: Deck, session_id: UUID, worker_id: str) -> ReadySession:
    async def check() -> ReadySession:
        state = await deck.session(session_id)
        assert isinstance(state, ReadySession), state
        assert state.worker_id == worker_id
        return state

    return await eventually(check, within=60)


async def rebuilt(deck: Deck, session_id: UUID) -> WorkspaceRebuilt:
    [found] = [e for e in await deck.events(workspace_id(session_id)) if isinstance(e, WorkspaceRebuilt)]
    return found


async def covers_all(deck: Deck, session_id: UUID) -> bool:
    """Every snapshot of the session's is in the object store."""
    stored = (await ARCHIVE.load(deck.log, archive_id(session_id))).state
    events = await deck.log.load(workspace_id(session_id))
    return stored.covers == max((e.version for e in events if isinstance(e.event, SnapshotTaken)), default=0)


async def _is_empty(deck: Deck, name: str) -> bool:
    """Nothing of any session is left on that host, but its trees."""
    found = host(deck, name)
    assert not found.processes()
    assert not found.groups()
    assert not found.mounts()
    assert not found.folders()
    return True


async def shells_are_stored(deck: Deck, session_id: UUID) -> bool:
    return any(isinstance(each, ShellsStored) for each in await deck.events(archive_id(session_id)))


async def said(deck: Deck, session_id: UUID, text: str) -> str:
    command_id = await deck.run(session_id, text)
    await deck.finished(command_id, within=60)
    return (await deck.output(command_id)).decode()


def snapshots(deck: Deck) -> Snapshots:
    assert isinstance(deck.control, NatsWorkerControl)
    return Snapshots(deck.log, deck.control)


async def read(deck: Deck, session_id: UUID, tree: str, path: str) -> bytes:
    """By worker `b`."""
    place = Place(session_id=session_id, project_id=(await at(deck, session_id, "b")).project_id, worker_id="b")
    point = await snapshots(deck).at(place, tree)
    return (await snapshots(deck).read_file(place, point.tree, path, 0, 1000)).data


async def set_aside(deck: Deck, session_id: UUID) -> list[SetAside]:
    return await snapshots(deck).set_aside(session_id)


async def test_a_session_whose_worker_is_killed_goes_on_elsewhere_from_its_last_snapshot(
    database: Database, nats_url: str
) -> None:
    prefix, mark = f"t{uuid4().hex}", f"sleeps-{uuid4().hex}"
    async with two_hosts(database, nats_url, prefix) as deck:
        a = partial(worker_process, deck, database, nats_url, prefix, name="a", home="a", lease=LEASE)
        b = partial(worker_process, deck, database, nats_url, prefix, name="b", home="b", lease=LEASE)
        with a():
            session_id, paused = await deck.open(), await deck.open()
            await at(deck, session_id, "a")
            await at(deck, paused, "a")
            for each in (session_id, paused):
                await said(deck, each, "mkdir deep; cd deep; export KEPT='it is'; echo 1 > file; ln -s file link")
                await eventually(partial(shells_are_stored, deck, each), within=30)
                await eventually(partial(covers_all, deck, each), within=30)
            running = await deck.run(session_id, f"echo 2 > ../unsaved; exec -a {mark} sleep 900")
            await eventually(lambda: processes_of(UID, mark), within=30)
            await pause(deck, paused)

        with b():
            # somebody waits for the paused one, and for the other nobody does
            await resume(deck, paused)
            ended = await eventually(partial(deck.closed, session_id), within=60)
            assert ended.how == "lost"
            assert isinstance(await deck.ended(running, within=30), CommandLost)
            await resume(deck, session_id)

            for each in (session_id, paused):
                await at(deck, each, "b")
                assert await said(deck, each, 'pwd; echo "$KEPT"; cat link; ls ..') == (
                    "/workspace/deep\nit is\n1\nREADME\ndeep\n"
                )
                how = await rebuilt(deck, each)
                assert (how.worker_id, how.from_worker_id, how.shell) == ("b", "a", True)
                assert "What ran in it" in how.not_carried_over[0]
                assert [e.rebuilt for e in await deck.events(each) if isinstance(e, SessionResumed)] == [True]
            goes_on = await deck.run(session_id, "echo 3 > file; exec sleep 900")
            await deck.running(goes_on)

            # its jail outlived the worker that was killed; that comes back, and ends it
            assert processes_of(UID, mark)
            with a():
                [kept] = await eventually(partial(set_aside, deck, session_id), within=60)
                await eventually(partial(_is_empty, deck, "a"), within=30)
                assert not processes_of(UID, mark)
                assert kept.what.worker_id == "a"
                assert kept.what.files_changed == 1
                removed = [e for e in await deck.events(worker_stream("a")) if isinstance(e, OrphanRemoved)]
                assert {(e.kind, e.session_id) for e in removed} == {
                    (kind, each) for kind in ("jail", "workspace") for each in (session_id, paused)
                }
            assert await read(deck, session_id, kept.what.tree, "unsaved") == b"2\n"
            assert await set_aside(deck, paused) == []
            assert isinstance(await deck.command(goes_on), RunningCommand)
            assert host(deck, "b").standing(session_id)

            for each in (session_id, paused):
                await deck.close(each)
                await eventually(partial(deck.closed, each), within=60)
            await eventually(partial(_is_empty, deck, "b"), within=30)
            # the host that came second stored what came after: as one history with the first one's
            await eventually(partial(covers_all, deck, session_id), within=30)
