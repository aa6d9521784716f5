"""A deck of real components: PostgreSQL, NATS, bubblewrap and git."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from uuid import uuid4

from tests.support.deck import Deck
from tests.support.launchers import SHARED, SHARED_OF_PROXIES
from tests.support.repositories import JAIL_UID, Repository, reachable_folder
from tests.support.services import Database

from quarterdeck.adapters.git.exporter import GitExporter
from quarterdeck.adapters.git.packs import GitSnapshotPacks
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.control import NatsControlServer, NatsWorkerControl
from quarterdeck.adapters.nats.exports import NatsExportServer
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.nats.task_files import NatsTaskFiles, NatsTaskFileServer
from quarterdeck.adapters.nats.tunnels import NatsTunnelServer
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.adapters.postgres.cursors import PostgresCursors
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.worker.settings import WorkerSettings


@asynccontextmanager
async def real_deck(database: Database, nats_url: str, prefix: str | None = None) -> AsyncGenerator[Deck, None]:
    """With a repository of one file. Workers share the folder `folder`, so one at a time may run in it."""
    prefix = prefix or f"t{uuid4().hex}"
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(reachable_folder())
        repository = Repository(folder / "repository")
        repository.commit({"README": "read me\n"})
        log = await stack.enter_async_context(PostgresEventLog(database.app_url, SystemClock()))
        pool = await stack.enter_async_context(Pool(database.app_url))
        nats = await stack.enter_async_context(NatsConnection(nats_url))
        await nats.wait_up()
        yield Deck(
            folder,
            log=log,
            transcripts=PostgresTranscriptStore(pool),
            live=NatsLiveOutput(nats, prefix),
            jobs=NatsJobQueue(nats, prefix, ack_seconds=2.0, duplicate_seconds=1.0),
            control=NatsWorkerControl(nats, prefix),
            server=NatsControlServer(nats, prefix),
            registry=PostgresWorkerRegistry(pool),
            cursors=PostgresCursors(pool),
            workspaces=GitWorkspaces(state_dir(folder), JAIL_UID),
            trees=GitTreeReader(state_dir(folder)),
            packs=GitSnapshotPacks(state_dir(folder)),
            objects=ObstoreObjects((folder / "objects").as_uri()),
            driver=driver(folder),
            tunnels=NatsTunnelServer(nats, prefix),
            exporter=GitExporter(state_dir(folder)),
            exports=NatsExportServer(nats, prefix),
            task_files=GitTaskFiles(state_dir(folder)),
            task_file_server=NatsTaskFileServer(nats, prefix),
            task_file_control=NatsTaskFiles(nats, prefix),
            egress=ProcessEgressKeeper(state_dir(folder), JAIL_UID, EgressSettings(), launcher=SHARED_OF_PROXIES),
            settings=WorkerSettings(worker_id="w1", host="here", state_dir=folder),
            source=repository.path,
        )


def state_dir(folder: Path) -> Path:
    return folder / "worker"


def driver(folder: Path, docker: str = "") -> BubblewrapDriver | DockerDriver:
    """`docker`: a daemon's address; empty: bubblewrap makes the jails."""
    if docker:
        return DockerDriver(state_dir(folder), JAIL_UID, docker, launcher=SHARED)
    return BubblewrapDriver(state_dir(folder), JAIL_UID, launcher=SHARED)
