"""What a worker is made of."""

import asyncio
import socket

from quarterdeck.adapters.git.exporter import GitExporter
from quarterdeck.adapters.git.packs import GitSnapshotPacks
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.nats.control import NatsControlServer
from quarterdeck.adapters.nats.exports import NatsExportServer
from quarterdeck.adapters.nats.task_files import NatsTaskFileServer
from quarterdeck.adapters.nats.tunnels import NatsTunnelServer
from quarterdeck.adapters.system import SystemClock
from quarterdeck.bootstrap.jails import egress, jail_driver, jail_uid, object_store
from quarterdeck.bootstrap.stopping import unless_stopped
from quarterdeck.bootstrap.stores import stores_of
from quarterdeck.config import Settings
from quarterdeck.domain import written_limits
from quarterdeck.readiness import announcing
from quarterdeck.worker.settings import WorkerSettings
from quarterdeck.worker.worker import Worker


async def run(settings: Settings, stop: asyncio.Event) -> None:
    async with stores_of(settings, "worker") as stores:
        state = settings.data_dir / "worker"
        worker = Worker(
            WorkerSettings(
                worker_id=settings.worker_id,
                host=socket.gethostname(),
                state_dir=state,
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
            workspaces=GitWorkspaces(state, jail_uid(settings)),
            trees=GitTreeReader(state),
            packs=GitSnapshotPacks(state),
            objects=object_store(settings),
            driver=jail_driver(settings),
            egress=egress(settings),
            tunnels=NatsTunnelServer(stores.nats),
            exporter=GitExporter(state),
            exports=NatsExportServer(stores.nats),
            task_files=GitTaskFiles(state),
            task_file_server=NatsTaskFileServer(stores.nats),
            clock=SystemClock(),
        )
        async with announcing(worker.ready.wait(), lambda: len(tuple(worker.sessions))):
            await unless_stopped(worker.run(), stop)
