"""Use cases on the ports' memory twins."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.system import SystemIds
from quarterdeck.application.commands import Commands
from quarterdeck.application.dispatch import jobs_for
from quarterdeck.application.identity import Identity
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.personas import Personas
from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.control import FileWriteAsked, FileWritten, RepositoryFound
from quarterdeck.application.ports.jobs import Job
from quarterdeck.application.ports.log import Context, StreamWrite
from quarterdeck.application.projects import Projects
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.tasks import Tasks
from quarterdeck.domain.base import Actor, ActorKind, Recorded
from quarterdeck.domain.command import CommandStarted, Terminal
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.events import Event
from quarterdeck.domain.session_events import SessionOpened, SessionProvisioned
from quarterdeck.domain.session_state import SessionState


@dataclass
class SteppedClock:
    time: datetime = datetime(2026, 11, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def pass_time(self, by: timedelta) -> None:
        self.time += by


@dataclass
class ScriptedControl:
    """Answers as a worker that knows one repository."""

    sent: list[tuple[str, object]] = field(default_factory=list[tuple[str, object]])

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        if source != "/srv/deck":
            raise InvalidInputError(f"{source} is no repository.", field="repository")
        if branch not in {None, "main", "next"}:
            raise InvalidInputError(f"There is no branch {branch!r}.", field="defaultBranch")
        return RepositoryFound(source=source, name="deck", default_branch=branch or "main", head_commit="c0ffee")

    async def check(self, worker_id: str) -> None:
        self.sent.append((worker_id, "check"))

    async def send_input(self, worker_id: str, command_id: UUID, data: bytes, *, end: bool) -> None:
        self.sent.append((worker_id, (command_id, data, end)))

    async def resize(self, worker_id: str, command_id: UUID, terminal: Terminal) -> None:
        self.sent.append((worker_id, (command_id, terminal)))

    async def signal(self, worker_id: str, command_id: UUID, name: str) -> None:
        self.sent.append((worker_id, (command_id, name)))

    async def write_file(self, worker_id: str, asked: FileWriteAsked) -> FileWritten:
        self.sent.append((worker_id, asked))
        return FileWritten(tree="a" * 40, sha256="b" * 64, position=1, changed=True)


@dataclass
class HeardDoorbell:
    jobs: list[Job] = field(default_factory=list[Job])

    async def ring(self, recorded: Sequence[Recorded[Event]], session: SessionState | None = None) -> None:
        self.jobs += [job for event in recorded for job in jobs_for(event, session)]


@dataclass
class LateSessions:
    """A read model that never comes further than it is asked to."""

    log: MemoryEventLog

    async def count(self, project_id: UUID, since: int) -> int:
        await asyncio.sleep(0)
        seen = await self.log.read(0, since)
        return sum(isinstance(e.event, SessionOpened) and e.event.project_id == project_id for e in seen)


class Deck:
    """All use cases over one memory log, and the two people who use them."""

    def __init__(self) -> None:
        self.clock, self.ids = SteppedClock(), SystemIds()
        self.log = MemoryEventLog(self.clock)
        self.control, self.doorbell = ScriptedControl(), HeardDoorbell()
        self.projects = Projects(self.log, self.ids, self.control, self.doorbell)
        self.personas = Personas(self.log)
        self.ledgers = Ledgers(self.log, self.clock)
        waiting = LateSessions(self.log)
        self.sessions = Sessions(self.log, self.ids, self.doorbell, waiting, self.ledgers, max_waiting=20)
        self.commands = Commands(self.log, self.ids, self.control, self.doorbell, self.ledgers)
        self.tasks = Tasks(self.log, self.clock)
        self.identity = Identity(self.log, self.clock, self.ids)
        self.owner, self.stranger = self._caller("ada"), self._caller("eve")

    def _caller(self, name: str) -> Caller:
        return Caller(
            user_id=self.ids.new(),
            user_name=name,
            token_id=self.ids.new(),
            scopes=("*",),
            correlation_id=self.ids.new(),
        )

    def admin(self) -> Caller:
        return replace(self._caller("root"), roles=frozenset({"admin"}))

    async def project(self) -> UUID:
        return (await self.projects.create(self.owner, repository="/srv/deck")).subject_id

    async def session(self) -> UUID:
        """A session that worker `w1` has provisioned."""
        session_id = (await self.sessions.open(self.owner, await self.project())).subject_id
        await self.provisioned(session_id)
        return session_id

    async def provisioned(self, session_id: UUID) -> None:
        provisioned = SessionProvisioned(
            worker_id="w1", jail_driver="dummy", workspace_kind="overlay", base_commit="c0ffee"
        )
        await self.append(session_id, 1, provisioned)

    async def command(self) -> UUID:
        """A command that runs, on a terminal."""
        asked = await self.commands.run(self.owner, await self.session(), text="top", terminal=Terminal())
        await self.append(asked.subject_id, 1, CommandStarted(worker_id="w1", tree_before="t0"))
        return asked.subject_id

    async def append(self, stream_id: UUID, version: int, event: Event) -> None:
        context = Context(actor=Actor(kind=ActorKind.SYSTEM, id="worker:w1"), correlation_id=self.ids.new())
        await self.log.append([StreamWrite(stream_id=stream_id, expected_version=version, events=(event,))], context)


@pytest.fixture
def deck() -> Deck:
    return Deck()
