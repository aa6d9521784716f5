"""The gateway role as its own process, on PostgreSQL and NATS of the benchmark's own, and the peers beside it."""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import SecretStr

from benchmarks.database import disk
from quarterdeck.adapters.nats.connection import NatsConnection
from quarterdeck.adapters.nats.live import NatsLiveOutput
from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.identity import FIRST_USER, Identity
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandRequested, CommandStarted
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.session_events import SessionOpened, SessionProvisioned
from quarterdeck.host.accounts import to_run_as
from quarterdeck.host.database import APP, PROJECTOR
from quarterdeck.host.nats import EmbeddedNats
from quarterdeck_projections import schema as read_models
from quarterdeck_projections.runner import ProjectorSettings
from quarterdeck_projections.runner import run as run_projector
from quarterdeck_schema import ids

SYSTEM = Actor(kind=ActorKind.SYSTEM, id="benchmark")


@dataclass(frozen=True)
class Serving:
    """A gateway that answers at `host`, and what is behind it."""

    host: str
    token: str
    process: psutil.Process
    log: PostgresEventLog
    live: NatsLiveOutput
    nats_url: str

    def memory(self) -> int:
        return int(self.process.memory_info().rss)


@asynccontextmanager
async def serving() -> AsyncGenerator[Serving]:
    with disk() as database:
        read_models.install(database.urls.owner, APP, PROJECTOR)
        folder = Path(tempfile.mkdtemp(prefix="qd-bench-nats-"))
        folder.chmod(0o711)
        (folder / "secrets").mkdir(mode=0o700)
        server = EmbeddedNats(
            folder / "nats", secrets=folder / "secrets", account=to_run_as(None), log=folder / "nats.log"
        )
        server.start()
        try:
            async with (
                PostgresEventLog(database.urls.app, SystemClock()) as log,
                NatsConnection(server.url, "benchmark") as nats,
                _projecting(database.urls.projector),
                _role(database.urls.app, server.url) as (host, process),
            ):
                token = await _token(log)
                yield Serving(host, token, process, log, NatsLiveOutput(nats), server.url)
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


async def _token(log: PostgresEventLog) -> str:
    identity = Identity(log, SystemClock(), SystemIds())
    await identity.register_first_user("ada")
    one_time = await identity.issue_login(FIRST_USER)
    return (await identity.login(one_time, "benchmark", SystemIds().new())).secret


@asynccontextmanager
async def _projecting(url: str) -> AsyncGenerator[None]:
    task = asyncio.create_task(run_projector(ProjectorSettings(database_url=url), decode))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def _role(database_url: str, nats_url: str) -> AsyncGenerator[tuple[str, psutil.Process]]:
    environment = {
        "QD_DATABASE_URL": SecretStr(database_url).get_secret_value(),
        "QD_NATS_URL": nats_url,
        "QD_LOG_LEVEL": "warning",
        # the load comes from one token
        "QD_LIMIT_REQUESTS_PER_SECOND": "1000000",
        "QD_LIMIT_REQUESTS_BURST": "1000000",
    }
    async with process(["-m", "quarterdeck", "serve", "gateway"], environment) as started:
        yield started


@asynccontextmanager
async def process(arguments: Sequence[str], environment: dict[str, str]) -> AsyncGenerator[tuple[str, psutil.Process]]:
    """A Python process that listens on QD_PORT, by its address, once it does."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("QD_")}
    child = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env={**kept, **environment, "QD_PORT": str(port)}
    )
    try:
        await _listens(port, child)
        yield f"127.0.0.1:{port}", psutil.Process(child.pid)
    finally:
        child.terminate()
        await child.wait()


async def _listens(port: int, child: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(60):
        while child.returncode is None:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise RuntimeError(f"nothing listens on port {port}")


async def command(house: Serving) -> tuple[str, str]:
    """A command that runs, in a session that is ready: the global ids of session and command."""
    new = SystemIds().new
    project, session, made = new(), new(), new()
    context = Context(actor=SYSTEM, correlation_id=new())
    created = ProjectCreated(
        name="bench", repository="/bench", default_branch="main", owner_id=FIRST_USER, settings=ProjectSettings()
    )
    provisioned = SessionProvisioned(worker_id="w", jail_driver="dummy", workspace_kind="clone", base_commit="a" * 40)
    asked = CommandRequested(session_id=session, project_id=project, text="bench")
    writes = [
        StreamWrite(stream_id=project, expected_version=0, events=(created,), project_id=project),
        StreamWrite(
            stream_id=session,
            expected_version=0,
            events=(SessionOpened(project_id=project, owner_id=FIRST_USER, ref="main"), provisioned),
            project_id=project,
            session_id=session,
        ),
        StreamWrite(
            stream_id=made,
            expected_version=0,
            events=(asked, CommandStarted(worker_id="w", tree_before="")),
            project_id=project,
            session_id=session,
        ),
    ]
    await house.log.append(writes, context)
    return ids.encode("Session", session), ids.encode("Command", made)
