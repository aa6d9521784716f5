"""The composition root: the only place that builds clients, pools and clocks and gives them to the roles."""

import asyncio
import getpass
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import structlog
import uvloop
from pydantic import SecretStr

from quarterdeck import logging
from quarterdeck.adapters.git.exporter import GitExporter
from quarterdeck.adapters.git.packs import GitSnapshotPacks
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.control import NatsControlServer, NatsWorkerControl
from quarterdeck.adapters.nats.exports import NatsExports, NatsExportServer
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.nats.tunnels import NatsTunnels, NatsTunnelServer
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.cursors import PostgresCursors
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.commands import Commands
from quarterdeck.application.comparisons import Comparisons
from quarterdeck.application.dispatch import QueueDoorbell
from quarterdeck.application.exports import Exports
from quarterdeck.application.identity import Identity
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.previews import Previews
from quarterdeck.application.projects import Projects
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.snapshots import Snapshots
from quarterdeck.application.workers import Workers
from quarterdeck.conductor.conductor import Conductor
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.config import Settings
from quarterdeck.domain import written_limits
from quarterdeck.domain.errors import QuarterdeckError
from quarterdeck.gateway.app import create_app
from quarterdeck.gateway.parts import Parts
from quarterdeck.gateway.server import listen, settle
from quarterdeck.gateway.server import serve as serve_http
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.drivers import Drivers
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.jail.limits import JailLimits
from quarterdeck.readiness import announcing
from quarterdeck.worker.settings import WorkerSettings
from quarterdeck.worker.worker import Worker
from quarterdeck_projections.catching_up import CatchingUp
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries import sessions as session_queries
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.rebuild import rebuild
from quarterdeck_projections.runner import ProjectorSettings
from quarterdeck_projections.runner import run as run_projector
from quarterdeck_schema.reads import ReadModels

logger = structlog.get_logger(__name__)

RELAY_PAUSE_SECONDS = 0.01
Role = Callable[[Settings, asyncio.Event], Awaitable[None]]
"""Runs until the event is set, and leaves nothing behind. Says when it is ready (`readiness`)."""
ASK_SECONDS = 0.02


def serve(role: str, settings: Settings) -> int:
    """Runs one role until SIGTERM or SIGINT. Returns the process's exit code."""
    logging.configure(settings, role)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_told(ROLES[role], settings))
    except QuarterdeckError as error:
        sys.stderr.write(f"quarterdeck {role}: {error.message} {error.next_step}\n")
        return 1
    return 0


async def _until_told(role: Role, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await role(settings, stop)


async def issue_login_token(settings: Settings) -> str:
    """A one-time log-in token for the installation's owner, who is registered at the first call."""
    async with PostgresEventLog(_secret(settings.database_url), SystemClock()) as log:
        identity = Identity(log, SystemClock(), SystemIds())
        await identity.register_first_user(_user_name())
        return await identity.issue_login()


async def rebuild_projections(settings: Settings, name: str | None, advance: Callable[[str, int, int], None]) -> None:
    """Builds read models anew and switches to them. `advance` is told model, events done, events in all."""
    await rebuild(_secret(settings.with_owner_urls().database_projector_url), decode, name, advance)


def jail_driver(settings: Settings) -> JailDriver:
    """The driver for sessions on this host."""
    limits = JailLimits(output_bytes=settings.limit_output_bytes) if settings.limit_output_bytes else JailLimits()
    state, uid = settings.data_dir / "worker", _jail_uid(settings)
    network = settings.docker_build_network
    return Drivers(
        BubblewrapDriver(state, uid, limits=limits),
        DockerDriver(state, uid, settings.docker_host, limits=limits, build_network=network),
    )


def _egress(settings: Settings) -> ProcessEgressKeeper:
    asked = EgressSettings(private_networks=settings.egress_private_networks, dns=settings.egress_dns)
    return ProcessEgressKeeper(settings.data_dir / "worker", _jail_uid(settings), asked)


def object_store(settings: Settings) -> ObjectStore:
    return ObstoreObjects(settings.object_store)


# --- what several roles are made of --------------------------------------------------------------------------------


@dataclass(frozen=True)
class CountedSessions:
    """`application.sessions.WaitingSessions` by the read models."""

    database: Database
    reads: ReadModels

    async def count(self, project_id: UUID, since: int) -> int:
        await self.reads.wait_for(since, "sessions")
        return await session_queries.count_waiting(self.database, project_id)


@dataclass(frozen=True, kw_only=True)
class _Stores:
    log: PostgresEventLog
    transcripts: PostgresTranscriptStore
    leases: PostgresWorkerRegistry
    cursors: PostgresCursors
    nats: NatsConnection
    jobs: NatsJobQueue
    live: NatsLiveOutput


@asynccontextmanager
async def _stores(settings: Settings, role: str) -> AsyncGenerator[_Stores]:
    url = _secret(settings.database_url)
    # each request to a gateway loads the same few streams; the conductor repeats what a gateway has done already
    remember, pause = role == "gateway", RELAY_PAUSE_SECONDS if role == "conductor" else 0.0
    async with AsyncExitStack() as stack:
        log = await stack.enter_async_context(
            PostgresEventLog(url, SystemClock(), remember=remember, pause_seconds=pause)
        )
        pool = await stack.enter_async_context(Pool(url))
        nats = await stack.enter_async_context(NatsConnection(_secret(settings.nats_url), f"quarterdeck {role}"))
        yield _Stores(
            log=log,
            transcripts=PostgresTranscriptStore(pool),
            leases=PostgresWorkerRegistry(pool),
            cursors=PostgresCursors(pool),
            nats=nats,
            jobs=NatsJobQueue(nats),
            live=NatsLiveOutput(nats),
        )


# --- the roles -----------------------------------------------------------------------------------------------------


async def _gateway(settings: Settings, stop: asyncio.Event) -> None:
    listener = listen(settings.host, settings.port)
    async with AsyncExitStack() as stack:
        stack.callback(listener.close)
        stores = await stack.enter_async_context(_stores(settings, "gateway"))
        database = await stack.enter_async_context(Database(_secret(settings.database_url)))
        watch = await stack.enter_async_context(ProjectionWatch(_secret(settings.database_url)))
        app = create_app(_parts(settings, stores, ReadModels(database, watch), database))
        settle()
        async with announcing(_answers(settings)):
            await serve_http(app, settings, listener=listener, stop=stop)


async def _answers(settings: Settings) -> None:
    """Returns when the gateway itself says that it can serve."""
    while True:
        if await _is_served(settings):
            return
        await asyncio.sleep(ASK_SECONDS)


async def _is_served(settings: Settings) -> bool:
    try:
        reader, writer = await asyncio.open_connection(settings.local_host, settings.port)
    except OSError:
        return False
    try:
        writer.write(f"GET /readyz HTTP/1.1\r\nHost: {settings.local_host}\r\nConnection: close\r\n\r\n".encode())
        return (await reader.readline()).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False
    finally:
        writer.close()


def _parts(settings: Settings, stores: _Stores, reads: ReadModels, database: Database) -> Parts:
    ids, doorbell, control = SystemIds(), QueueDoorbell(stores.jobs), NatsWorkerControl(stores.nats)
    snapshots = Snapshots(stores.log, control)
    return Parts(
        settings=settings,
        log=stores.log,
        rows=stores.log,
        transcripts=stores.transcripts,
        live=stores.live,
        reads=reads,
        projects=Projects(stores.log, ids, control, doorbell),
        sessions=Sessions(stores.log, ids, doorbell, CountedSessions(database, reads), settings.limit_waiting_sessions),
        commands=Commands(stores.log, ids, control, doorbell),
        snapshots=snapshots,
        comparisons=Comparisons(stores.log, snapshots),
        exports=Exports(stores.log, snapshots, NatsExports(stores.nats)),
        workers=Workers(stores.log, control),
        previews=Previews(stores.log, SystemClock(), ids, NatsTunnels(stores.nats)),
        identity=Identity(stores.log, SystemClock(), ids),
        ids=ids,
        checks={"database": stores.log.head, "nats": stores.nats.wait_up, "projections": reads.positions},
    )


async def _worker(settings: Settings, stop: asyncio.Event) -> None:
    async with _stores(settings, "worker") as stores:
        worker = Worker(
            WorkerSettings(
                worker_id=settings.worker_id,
                host=socket.gethostname(),
                state_dir=settings.data_dir / "worker",
                capacity=settings.worker_capacity,
                output_limit_bytes=settings.limit_output_bytes,
                snapshot_bytes=settings.snapshot_bytes,
                default_limits=written_limits.parse(settings.default_limits),
                max_limits=written_limits.parse(settings.max_limits),
            ),
            log=stores.log,
            transcripts=stores.transcripts,
            live=stores.live,
            jobs=stores.jobs,
            control=NatsControlServer(stores.nats),
            registry=stores.leases,
            workspaces=GitWorkspaces(settings.data_dir / "worker", _jail_uid(settings)),
            trees=GitTreeReader(settings.data_dir / "worker"),
            packs=GitSnapshotPacks(settings.data_dir / "worker"),
            objects=object_store(settings),
            driver=jail_driver(settings),
            egress=_egress(settings),
            tunnels=NatsTunnelServer(stores.nats),
            exporter=GitExporter(settings.data_dir / "worker"),
            exports=NatsExportServer(stores.nats),
            clock=SystemClock(),
        )
        async with announcing(worker.ready.wait(), lambda: len(tuple(worker.sessions))):
            await _unless_stopped(worker.run(), stop)


async def _conductor(settings: Settings, stop: asyncio.Event) -> None:
    async with _stores(settings, "conductor") as stores:
        conductor = Conductor(
            ConductorSettings(),
            log=stores.log,
            transcripts=stores.transcripts,
            live=stores.live,
            jobs=stores.jobs,
            registry=stores.leases,
            cursors=stores.cursors,
            clock=SystemClock(),
        )
        async with announcing(conductor.caught_up.wait(), lambda: conductor.position):
            await _unless_stopped(conductor.run(), stop)


async def _projector(settings: Settings, stop: asyncio.Event) -> None:
    url = _secret(settings.with_owner_urls().database_projector_url)
    catching_up = CatchingUp(url)
    async with announcing(catching_up.wait(), lambda: catching_up.progress):
        await _unless_stopped(run_projector(ProjectorSettings(database_url=url), decode), stop)


async def _unless_stopped(work: Awaitable[object], stop: asyncio.Event) -> None:
    """Runs `work`; when told to stop, cancels it and waits until it has cleaned up."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        logger.info("stopped")


ROLES: dict[str, Role] = {
    "gateway": _gateway,
    "worker": _worker,
    "conductor": _conductor,
    "projector": _projector,
}


def _secret(value: SecretStr | None) -> str:
    if value is None:
        raise QuarterdeckError("A service's URL is not set.", "Start with `quarterdeck up`, or set QD_DATABASE_URL.")
    return value.get_secret_value()


def _jail_uid(settings: Settings) -> int | None:
    """An ordinary user's jails run as that user."""
    return settings.jail_uid if os.geteuid() == 0 else None


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "owner"
