"""A log with histories in it, and a projector beside it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
from alembic import command
from psycopg import sql
from sqlalchemy import create_engine
from tests.support.services import Database
from uuid_utils.compat import uuid7

from quarterdeck.adapters.postgres.codec import decode
from quarterdeck.adapters.postgres.log import PostgresEventLog
from quarterdeck.adapters.system import SystemClock
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandFinished, CommandRequested, CommandStarted, EndReason
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.session_events import SessionOpened, SessionProvisioned
from quarterdeck.host.launch import LAUNCHER
from quarterdeck_projections.catalogue import PROJECTIONS
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.migrating import configuration
from quarterdeck_projections.projection import Projection
from quarterdeck_projections.queries.positions import ProjectionWatch
from quarterdeck_projections.runner import Projector, ProjectorSettings
from quarterdeck_projections.tables import table_of

USER, PROJECT = uuid7(), uuid7()
TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
ALL = tuple(projection.name for projection in PROJECTIONS)


class Story:
    """Appends to a log without remembering versions by hand."""

    def __init__(self, log: PostgresEventLog, user: UUID = USER, project: UUID = PROJECT) -> None:
        self.log = log
        self.user = user
        self.project = project
        self._versions: dict[UUID, int] = {}

    async def tell(self, stream_id: UUID, *events: Event, session_id: UUID | None = None) -> int:
        """The position of the last."""
        version = self._versions.get(stream_id, 0)
        write = StreamWrite(
            stream_id=stream_id,
            expected_version=version,
            events=events,
            project_id=self.project,
            session_id=session_id,
        )
        actor = Actor(kind=ActorKind.USER, id=str(self.user))
        recorded = await self.log.append([write], Context(actor=actor, correlation_id=uuid7()))
        self._versions[stream_id] = version + len(events)
        return recorded[-1].position

    def saw(self, stream_id: UUID, version: int) -> None:
        """Somebody else has written to the stream: it is at this version now."""
        self._versions[stream_id] = version

    async def begin(self) -> int:
        """A user and a project of theirs."""
        await self.tell(self.user, UserRegistered(name="ada"))
        return await self.tell(self.project, project_created(self.user))

    async def open_session(self, session_id: UUID | None = None) -> UUID:
        session_id = session_id or uuid7()
        await self.tell(session_id, session_opened(self), session_provisioned(), session_id=session_id)
        return session_id

    async def run(self, session_id: UUID, text: str = "ls", command_id: UUID | None = None) -> int:
        """A command from its request to its end, in one append."""
        events = (command_requested(session_id, self.project, text), command_started(), command_finished())
        return await self.tell(command_id or uuid7(), *events, session_id=session_id)


def project_created(owner: UUID, name: str = "engine") -> ProjectCreated:
    return ProjectCreated(
        name=name, repository="/srv/engine", default_branch="main", owner_id=owner, settings=ProjectSettings()
    )


def session_opened(story: Story, title: str = "") -> SessionOpened:
    return SessionOpened(project_id=story.project, owner_id=story.user, ref="main", title=title)


def session_provisioned() -> SessionProvisioned:
    return SessionProvisioned(worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit=TREE)


def command_requested(session_id: UUID, project_id: UUID, text: str = "ls") -> CommandRequested:
    return CommandRequested(session_id=session_id, project_id=project_id, text=text)


def command_started() -> CommandStarted:
    return CommandStarted(worker_id="w1", tree_before=TREE)


def command_finished() -> CommandFinished:
    return CommandFinished(
        exit_code=0,
        signal=None,
        reason=EndReason.EXITED,
        wall_ms=12,
        cpu_ms=10,
        peak_memory_bytes=1_000_000,
        output_bytes=2_000,
        output_sha256="ab" * 32,
        tree_before=TREE,
        tree_after=TREE,
    )


@asynccontextmanager
async def story_in(database: Database) -> AsyncGenerator[Story]:
    async with PostgresEventLog(database.app_url, SystemClock()) as log:
        yield Story(log)


@asynccontextmanager
async def projecting(
    database: Database,
    decode: Decode = decode,
    projections: Sequence[Projection] = PROJECTIONS,
    batch_events: int = 4000,
) -> AsyncGenerator[Projector]:
    """A projector in this process."""
    settings = ProjectorSettings(database_url=database.projector_url, batch_events=batch_events)
    projector = Projector(settings, decode, projections)
    task = asyncio.create_task(projector.run())
    try:
        yield projector
    finally:
        task.cancel()
        ended = await asyncio.gather(task, return_exceptions=True)
        assert isinstance(ended[0], asyncio.CancelledError), ended


async def projected(database: Database, position: int, *names: str, within: float = 10.0) -> None:
    async with ProjectionWatch(database.app_url) as watch:
        await watch.wait_for(position, names or ALL, within)


@dataclass
class ProjectorProcess:
    """A projector as a process of its own, that ends with this one."""

    url: str
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = (
            "import asyncio, sys; from quarterdeck.adapters.postgres.codec import decode;"
            "from quarterdeck_projections.runner import ProjectorSettings, run;"
            "asyncio.run(run(ProjectorSettings(database_url=sys.stdin.readline().strip(), batch_events=50), decode))"
        )
        plan = {
            "argv": [sys.executable, "-c", program],
            "folder": "/",
            "parent": os.getpid(),
            "death_signal": int(signal.SIGKILL),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan)], stdin=subprocess.PIPE
        )
        assert self.process.stdin
        self.process.stdin.write(self.url.encode() + b"\n")
        self.process.stdin.close()

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()


def tables(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every projection's tables, by their keys."""
    with psycopg.connect(database.admin_url) as connection:
        return {
            model.TABLE: connection.execute(
                sql.SQL("SELECT * FROM {} ORDER BY {}").format(
                    sql.Identifier("read", model.TABLE),
                    sql.SQL(", ").join(sql.Identifier(key.name) for key in table_of(model).primary_key.columns),
                )
            ).fetchall()
            for projection in PROJECTIONS
            for model in projection.tables
        }


def check_migrations(database: Database) -> None:
    """Raises where the database's schema is not what the models describe."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(database.owner_url))
    try:
        with engine.connect() as connection:
            command.check(configuration(connection))
    finally:
        engine.dispose()
