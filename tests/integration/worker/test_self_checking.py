"""Whatever is killed, after one sweep the log, the read models and the kernel agree, and each finding is an event."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from tests.integration.worker.test_deaths import in_the_end_clean
from tests.support.deck import Deck
from tests.support.disks import unmount_below
from tests.support.host_check import UID, Host, check
from tests.support.jails import processes_of
from tests.support.part_processes import ROOT
from tests.support.projecting import projected, projecting
from tests.support.ready import ReadyProcess
from tests.support.real_deck import real_deck, state_dir
from tests.support.services import Database
from tests.support.waiting import eventually, until
from tests.support.workers import worker_process
from tests.unit.worker.test_pausing import pause

from quarterdeck.application.streams import WORKER
from quarterdeck.domain.archive import ShellsStored, SnapshotsStored
from quarterdeck.domain.command import EndedCommand, RunningCommand
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.network import NetworkRule
from quarterdeck.domain.session_events import SessionAdopted, SessionLost
from quarterdeck.domain.session_state import EndedSession, ReadySession
from quarterdeck.domain.worker import OrphanRemoved, WorkerStarted, worker_stream
from quarterdeck.jail.cgroups.sessions import SessionGroups
from quarterdeck_projections import database as pools
from quarterdeck_projections.paging import Window
from quarterdeck_projections.queries import commands, findings, sessions
from quarterdeck_projections.states import CommandState, SessionState

pytestmark = pytest.mark.timeout(180)
SHOWN_AS_STANDING = {SessionState.READY, SessionState.PAUSED, SessionState.CLOSING}


@dataclass
class Ship:
    """A worker process, and two sessions of it: one that runs something, and one that is paused while it does."""

    deck: Deck
    database: Database
    nats_url: str
    prefix: str
    running: ExitStack
    host: Host
    marks: dict[UUID, str] = field(default_factory=dict[UUID, str])
    """By session, what its command's process can be found by."""
    commands: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    worker: ReadyProcess | None = None
    docker: str = ""
    """Address of the daemon that its jails are made with; empty: they are bubblewrap's."""

    def start_worker(self) -> None:
        started = worker_process(self.deck, self.database, self.nats_url, self.prefix, docker=self.docker)
        self.worker = self.running.enter_context(started)

    def kill_worker(self) -> None:
        assert self.worker
        self.worker.kill()
        self.worker.wait()
        self.worker = None

    async def open(self) -> UUID:
        """With all that a session may have on a host: a disk, a network, control groups."""
        project = await self.deck.project(network=(NetworkRule(host="allowed.example", port=443),))
        session_id = await self.deck.open(project)
        await eventually(partial(self.deck.ready, session_id), within=30)
        await eventually(partial(self.host.proxy, session_id), within=30)
        await self.deck.finished(await self.deck.run(session_id, "mkdir deep; cd deep; export DECK=quarter"), within=30)
        mark = self.marks[session_id] = f"sleeps-{uuid4().hex}"
        self.commands[session_id] = await self.deck.run(session_id, f"exec -a {mark} sleep 900")
        await eventually(lambda: processes_of(UID, mark), within=30)
        return session_id

    def recorded(self, session_id: UUID, which: str) -> int:
        record = json.loads(
            (state_dir(self.deck.folder) / "sessions" / str(session_id) / "shim/record.json").read_text()
        )
        return int(record[which][0])

    def agent(self, session_id: UUID) -> int:
        """The process of the jail that calls itself so and is no subreaper's child."""
        inside = [pid for pid, whose in self.host.processes().items() if whose == session_id]
        agents = [pid for pid in inside if Path(f"/proc/{pid}/comm").read_text() == "agent\n"]
        return min(agents)

    async def sweep(self) -> None:
        """One: that of a worker that starts, or one that is asked for."""
        if self.worker is not None:
            await eventually(self._checks, within=30)
            return
        before = await self.starts()
        self.start_worker()

        async def has_started() -> bool:
            return await self.starts() > before

        await eventually(has_started, within=30)

    async def close(self) -> None:
        """All sessions; nothing of them is left on the host."""
        for session_id in self.commands:
            if not isinstance(await self.deck.session(session_id), EndedSession):
                await self.deck.close(session_id)
                await eventually(partial(self.deck.closed, session_id), within=30)
        await eventually(self._is_empty, within=30)

    async def _is_empty(self) -> bool:
        await check(self.deck, self.host)
        assert not self.host.folders()
        return True

    async def _checks(self) -> bool:
        try:
            await self.deck.control.check("w1")
        except UnavailableError:
            # it has not begun to listen
            return False
        return True

    async def starts(self) -> int:
        return sum(isinstance(each, WorkerStarted) for each in await self.deck.events(worker_stream("w1")))


@asynccontextmanager
async def a_ship(database: Database, nats_url: str, docker: str = "") -> AsyncGenerator[Ship]:
    prefix = f"t{uuid4().hex}"
    async with real_deck(database, nats_url, prefix) as deck, in_the_end_clean(deck, docker):
        with ExitStack() as running:
            host = Host(state=state_dir(deck.folder), marks=deck.folder / "w1")
            ship = Ship(deck, database, nats_url, prefix, running, host, docker=docker)
            ship.start_worker()
            yield ship
            await ship.close()


def kill_the_worker(ship: Ship, session_id: UUID) -> None:
    ship.kill_worker()


def kill_the_shim(ship: Ship, session_id: UUID) -> None:
    os.kill(ship.recorded(session_id, "shim"), signal.SIGKILL)


def kill_the_first_process(ship: Ship, session_id: UUID) -> None:
    os.kill(ship.recorded(session_id, "first"), signal.SIGKILL)


def kill_the_agent(ship: Ship, session_id: UUID) -> None:
    os.kill(ship.agent(session_id), signal.SIGKILL)


def kill_worker_and_shim(ship: Ship, session_id: UUID) -> None:
    ship.kill_worker()
    kill_the_shim(ship, session_id)


def lose_the_shims_folder(ship: Ship, session_id: UUID) -> None:
    """While the worker is away, with the shim still running."""
    ship.kill_worker()
    shutil.rmtree(state_dir(ship.deck.folder) / "sessions" / str(session_id) / "shim")


def reboot(ship: Ship, session_id: UUID) -> None:
    """All processes, control groups and mounts are gone, and the kernel has another boot id than the records."""
    ship.kill_worker()
    for pid in ship.host.processes():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    unmount_below(ship.deck.folder)
    groups = SessionGroups(ship.host.state, UID)
    for each in groups.sessions():
        groups.remove(each)
    assert not ship.host.groups()
    # the mounts that another test's process has copied from the host hold them until it ends
    until(lambda: not ship.host.devices(), within=100)
    for record in state_dir(ship.deck.folder).glob("sessions/*/shim/record.json"):
        record.write_text(json.dumps({**json.loads(record.read_text()), "boot": str(uuid4())}))


def kill_the_proxy(ship: Ship, session_id: UUID) -> None:
    pid = ship.host.proxy(session_id)
    assert pid
    os.kill(pid, signal.SIGKILL)


def kill_everything_of_it(ship: Ship, session_id: UUID) -> None:
    """As the kernel's OOM killer may: the worker, and whatever the session has on the host."""
    ship.kill_worker()
    for pid, whose in ship.host.processes().items():
        if whose == session_id:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


DEATHS: list[Callable[[Ship, UUID], None]] = [
    kill_the_worker,
    kill_the_shim,
    kill_the_first_process,
    kill_the_agent,
    kill_worker_and_shim,
    lose_the_shims_folder,
    kill_the_proxy,
    kill_everything_of_it,
    reboot,
]


@pytest.mark.parametrize("death", DEATHS, ids=lambda death: str(death.__name__))
async def test_after_one_sweep_nothing_is_shown_that_is_not_and_nothing_is_left(
    database: Database, nats_url: str, death: Callable[[Ship, UUID], None]
) -> None:
    async with a_ship(database, nats_url) as ship:
        hit, paused = await ship.open(), await ship.open()
        await pause(ship.deck, paused)

        death(ship, hit)
        await ship.sweep()

        await eventually(partial(agrees, ship), within=30)
        assert isinstance(await ship.deck.session(hit), ReadySession)
        await eventually(partial(ship.host.proxy, hit), within=30)
        await goes_on(ship, hit)


async def goes_on(ship: Ship, session_id: UUID) -> None:
    """With the directory and the variables that it had."""
    after = await ship.deck.run(session_id, "pwd; echo $DECK")
    await ship.deck.finished(after, within=60)
    assert await ship.deck.output(after) == b"/workspace/deep\nquarter\n"
    await is_shown_as_it_is(ship)


async def test_what_no_session_needs_any_more_is_removed_and_each_is_a_finding(
    database: Database, nats_url: str
) -> None:
    async with a_ship(database, nats_url) as ship:
        session_id = await ship.open()
        ship.kill_worker()
        loaded = await ship.deck.loaded(session_id)
        lost = SessionLost(reason="The worker was away for too long.")
        await ship.deck.append(session_id, loaded.version, lost, session_id=session_id)

        await ship.sweep()

        await eventually(partial(agrees, ship), within=30)
        assert isinstance(await ship.deck.session(session_id), EndedSession)
        assert not processes_of(UID, ship.marks[session_id])
        found = [e for e in await ship.deck.events(worker_stream("w1")) if isinstance(e, OrphanRemoved)]
        assert {(each.kind, each.session_id) for each in found} == {("jail", session_id), ("workspace", session_id)}
        assert all("ended (lost)" in each.detail for each in found)
        await is_shown_as_it_is(ship)


@contextmanager
def a_look(ship: Ship) -> Generator[tuple[subprocess.Popen[bytes], UUID]]:
    """Somebody who asks a doctor, and that takes its time. With the id of the jail that is looked at."""
    asked = [sys.executable, "-m", "tests.support.looking_process", str(state_dir(ship.deck.folder))]
    with subprocess.Popen(asked, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            yield process, UUID(process.stdout.readline().decode().strip())
        finally:
            process.kill()


async def test_the_jail_of_a_look_is_left_alone_as_long_as_somebody_looks(database: Database, nats_url: str) -> None:
    async with a_ship(database, nats_url) as ship:
        state = state_dir(ship.deck.folder)
        with a_look(ship) as (looker, jail):
            await ship.sweep()
            await ship.sweep()
            assert ship.host.standing(jail)
            assert await _removed(ship) == []

            looker.kill()
            looker.wait()
            await ship.sweep()
            assert not ship.host.standing(jail)
            assert await _removed(ship) == [("jail", jail)]
            assert not list(state.glob("probe*/*")), "what the look had made is left"
        await eventually(partial(agrees, ship), within=30)


async def _removed(ship: Ship) -> list[tuple[str, UUID]]:
    found = await ship.deck.events(worker_stream("w1"))
    return [(each.kind, each.session_id) for each in found if isinstance(each, OrphanRemoved)]


async def test_a_second_sweep_finds_nothing_more(database: Database, nats_url: str) -> None:
    async with a_ship(database, nats_url) as ship:
        await ship.open()
        kill_the_worker(ship, uuid4())
        await ship.sweep()
        await eventually(partial(agrees, ship), within=30)
        head = await ship.deck.log.head()
        await ship.sweep()
        after = [each.event for each in await ship.deck.log.read(head, 100)]
        # what the killed worker had not yet stored elsewhere, the next one does when it gets to it
        assert [each for each in after if not isinstance(each, SnapshotsStored | ShellsStored)] == []


async def agrees(ship: Ship) -> bool:
    """The log with the kernel; and a command is said to run exactly where its process is."""
    await check(ship.deck, ship.host)
    for session_id, command_id in ship.commands.items():
        runs = isinstance(await ship.deck.command(command_id), RunningCommand)
        assert runs == bool(processes_of(UID, ship.marks[session_id]))
        assert runs or isinstance(await ship.deck.command(command_id), EndedCommand)
    return True


async def is_shown_as_it_is(ship: Ship) -> None:
    """The read models with the log."""
    async with projecting(ship.database), pools.Database(ship.database.app_url) as read:
        await projected(ship.database, await ship.deck.log.head())
        for session_id, command_id in ship.commands.items():
            row, ran = await sessions.get(read, session_id), await commands.get(read, command_id)
            assert row
            assert ran
            stands = isinstance(await ship.deck.session(session_id), ReadySession)
            assert (row.state in SHOWN_AS_STANDING) == stands
            runs = isinstance(await ship.deck.command(command_id), RunningCommand)
            assert (ran.state is CommandState.RUNNING) == runs
        page = await findings.list_visible(read, None, Window(limit=500))
        assert len(page.rows) == await _findings_in_the_log(ship.deck)


async def _findings_in_the_log(deck: Deck) -> int:
    found = (OrphanRemoved, SessionAdopted, SessionLost)
    return sum(isinstance(each.event, found) for each in await deck.log.read(0, 100_000))


async def test_a_worker_says_that_it_has_started_and_on_which_boot(database: Database, nats_url: str) -> None:
    async with a_ship(database, nats_url) as ship:
        await ship.sweep()
        state = (await WORKER.load(ship.deck.log, worker_stream("w1"))).state
        assert getattr(state, "boot_id", "") == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
