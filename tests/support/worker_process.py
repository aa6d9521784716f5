"""A worker on real parts as a process of its own, to be killed. Its parts are named in JSON on standard input."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from quarterdeck.adapters.git.exporter import GitExporter
from quarterdeck.adapters.git.packs import GitSnapshotPacks
from quarterdeck.adapters.git.reader import GitTreeReader
from quarterdeck.adapters.git.task_files import GitTaskFiles
from quarterdeck.adapters.git.workspaces import GitWorkspaces
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.control import NatsControlServer
from quarterdeck.adapters.nats.exports import NatsExportServer
from quarterdeck.adapters.nats.jobs import NatsJobQueue
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.nats.task_files import NatsTaskFileServer
from quarterdeck.adapters.nats.tunnels import NatsTunnelServer
from quarterdeck.adapters.objects import ObstoreObjects
from quarterdeck.adapters.postgres.leases import PostgresWorkerRegistry
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.postgres.pool import Pool
from quarterdeck.adapters.postgres.transcripts import PostgresTranscriptStore
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.background import end
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.jail.bubblewrap import BubblewrapDriver
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.egress.keeper import EgressSettings, ProcessEgressKeeper
from quarterdeck.worker.settings import WorkerSettings
from quarterdeck.worker.worker import Worker

JAIL_UID = 64100 if os.geteuid() == 0 else None


class DyingObjects(ObstoreObjects):
    """The process is killed when it has put something there, or when it is about to."""

    def __init__(self, url: str, dies: str) -> None:
        super().__init__(url)
        self._dies = dies

    async def put(self, key: str, content: Path) -> None:
        if self._dies == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().put(key, content)
        if self._dies == "after":
            os.kill(os.getpid(), signal.SIGKILL)


def _driver(state: Path, docker: str) -> JailDriver:
    if not docker:
        return BubblewrapDriver(state, JAIL_UID)
    return DockerDriver(state, JAIL_UID, docker)


async def main(
    database_url: str, nats_url: str, prefix: str, folder: Path, egress: dict[str, Any], own: dict[str, Any]
) -> None:
    """`folder` is shared by the workers of a test; `own`: what differs between them."""
    name, home = own.get("name", "w1"), folder / own.get("home", ".")
    async with (
        PostgresEventLog(database_url, SystemClock()) as log,
        Pool(database_url) as pool,
        NatsConnection(nats_url) as nats,
    ):
        worker = Worker(
            WorkerSettings(
                worker_id=name,
                host="here",
                state_dir=home / name,
                archive_seconds=0.2,
                lease_seconds=float(own.get("lease", 15)),
            ),
            log=log,
            transcripts=PostgresTranscriptStore(pool),
            live=NatsLiveOutput(nats, prefix),
            jobs=NatsJobQueue(nats, prefix, ack_seconds=2.0, duplicate_seconds=1.0),
            control=NatsControlServer(nats, prefix),
            registry=PostgresWorkerRegistry(pool),
            workspaces=GitWorkspaces(home / "worker", JAIL_UID),
            trees=GitTreeReader(home / "worker"),
            packs=GitSnapshotPacks(home / "worker"),
            objects=DyingObjects((folder / "objects").as_uri(), own.get("dies", "")),
            driver=_driver(home / "worker", own.get("docker", "")),
            tunnels=NatsTunnelServer(nats, prefix),
            exporter=GitExporter(home / "worker"),
            exports=NatsExportServer(nats, prefix),
            task_files=GitTaskFiles(home / "worker"),
            task_file_server=NatsTaskFileServer(nats, prefix),
            egress=ProcessEgressKeeper(home / "worker", JAIL_UID, EgressSettings(**egress)),
            clock=SystemClock(),
        )
        running = asyncio.create_task(worker.run())
        told = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
        await asyncio.wait({running, asyncio.create_task(told.wait())}, return_when=asyncio.FIRST_COMPLETED)
        await end([running])


def start() -> None:
    given = json.load(sys.stdin)
    folder, egress = Path(given["folder"]), given.get("egress", {})
    asyncio.run(main(given["database_url"], given["nats_url"], given["prefix"], folder, egress, given))
