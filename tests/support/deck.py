"""A world for workers and conductors: every port, by default in memory, and what a user does with it."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

from tests.support.waiting import eventually

from quarterdeck.adapters.memory.control import MemoryWorkerControl
from quarterdeck.adapters.memory.cursors import MemoryCursors
from quarterdeck.adapters.memory.erasures import MemoryErasures
from quarterdeck.adapters.memory.exports import MemoryExporter, MemoryExports
from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.memory.leases import MemoryWorkerRegistry
from quarterdeck.adapters.memory.live import MemoryLiveOutput
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.adapters.memory.packs import MemorySnapshotPacks
from quarterdeck.adapters.memory.task_files import MemoryTaskFileControl, MemoryTaskFiles
from quarterdeck.adapters.memory.transcripts import MemoryTranscriptStore
from quarterdeck.adapters.memory.trees import MemoryTreeReader
from quarterdeck.adapters.memory.tunnels import MemoryTunnels
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.background import end
from quarterdeck.application.dispatch import jobs_for
from quarterdeck.application.erasing import Erasing
from quarterdeck.application.frames import OUTPUT_KINDS, Frame
from quarterdeck.application.points import workspace_at
from quarterdeck.application.ports.control import ControlServer, TreeControl, TreeReader, WorkerControl
from quarterdeck.application.ports.exports import ExportServer, WorkspaceExporter
from quarterdeck.application.ports.jobs import JobQueue
from quarterdeck.application.ports.log import Context, Cursors, EventLog, StreamWrite
from quarterdeck.application.ports.objects import ObjectStore
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.ports.packs import SnapshotPacks
from quarterdeck.application.ports.system import Clock
from quarterdeck.application.ports.task_files import TaskFileServer, TaskFileStore
from quarterdeck.application.ports.tunnels import TunnelServer
from quarterdeck.application.ports.workers import WorkerRegistry
from quarterdeck.application.ports.workspaces import Workspaces
from quarterdeck.application.streams import COMMAND, PERSONA, SESSION, WORKSPACE, Loaded
from quarterdeck.conductor.conductor import Conductor
from quarterdeck.conductor.outgoing import Outgoing
from quarterdeck.conductor.settings import ConductorSettings
from quarterdeck.domain import persona
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import (
    CommandCancelRequested,
    CommandFinished,
    CommandLost,
    CommandRefused,
    CommandRequested,
    CommandState,
    EndedCommand,
    RunningCommand,
    Terminal,
)
from quarterdeck.domain.events import Event
from quarterdeck.domain.limits import NOTHING_ASKED, LimitsAsked
from quarterdeck.domain.persona import PersonaEvent, PersonaSettings, PersonaState, SessionPersona
from quarterdeck.domain.point import NOW, Point
from quarterdeck.domain.project import ProjectCreated, ProjectSettings
from quarterdeck.domain.session import request_close
from quarterdeck.domain.session_events import (
    Limit,
    SessionAdmitted,
    SessionForked,
    SessionOpened,
    SessionProvisioned,
)
from quarterdeck.domain.session_state import (
    EndedSession,
    NoSession,
    OpenSession,
    ReadySession,
    SessionState,
)
from quarterdeck.domain.workspace import request_restore, workspace_id
from quarterdeck.jail.abstract import JailDriver
from quarterdeck.jail.dummy import DummyDriver, DummyHost, Script
from quarterdeck.jail.egress.abstract import EgressKeeper
from quarterdeck.jail.egress.dummy import DummyEgressKeeper
from quarterdeck.jail.errors import JailError
from quarterdeck.jail.shim import changes, swapping
from quarterdeck.worker.settings import WorkerSettings
from quarterdeck.worker.worker import Worker

SOURCE = "/srv/repository"
STOP_SECONDS = 10.0
ADA = UUID(int=1)
"""The user who asks for everything."""
OutcomeT = TypeVar("OutcomeT", CommandFinished, CommandLost, CommandRefused)


@dataclass
class Deck:
    folder: Path
    """For the workers' state."""
    log: EventLog = field(default_factory=lambda: MemoryEventLog(SystemClock()))
    transcripts: TranscriptStore = field(default_factory=MemoryTranscriptStore)
    live: LiveOutput = field(default_factory=MemoryLiveOutput)
    jobs: JobQueue = field(default_factory=lambda: MemoryJobQueue(ack_seconds=0.5))
    control: WorkerControl = field(default_factory=MemoryWorkerControl)
    server: ControlServer | None = None
    registry: WorkerRegistry = field(default_factory=lambda: MemoryWorkerRegistry(SystemClock()))
    cursors: Cursors = field(default_factory=MemoryCursors)
    workspaces: Workspaces = field(default_factory=MemoryWorkspaces)
    trees: TreeReader | None = None
    """None: those of the workspaces in memory."""
    packs: SnapshotPacks | None = None
    objects: ObjectStore = field(default_factory=MemoryObjects)
    host: DummyHost = field(default_factory=DummyHost)
    scripts: dict[str, Script] = field(default_factory=dict[str, Script])
    source: str = SOURCE
    driver: JailDriver | None = None
    tunnels: TunnelServer = field(default_factory=MemoryTunnels)
    exporter: WorkspaceExporter | None = None
    exports: ExportServer = field(default_factory=MemoryExports)
    task_files: TaskFileStore | None = None
    """The workers'; None: those of the workspaces in memory."""
    task_file_server: TaskFileServer | None = None
    task_file_control: TaskFileStore = field(default_factory=MemoryTaskFileControl)
    """The conductors'."""
    egress: EgressKeeper = field(default_factory=DummyEgressKeeper)
    settings: WorkerSettings | None = None
    shells: dict[UUID, bytes] = field(default_factory=dict[UUID, bytes])
    """The state of a session's shell, where one was given to its jail."""
    clock: Clock = field(default_factory=SystemClock)
    """The conductors'."""
    ring: bool = True
    """Jobs are published with the events, as the gateway does."""

    def __post_init__(self) -> None:
        if isinstance(self.workspaces, MemoryWorkspaces):
            self.workspaces.put_branch(SOURCE, "main", {"README": b"read me\n"})
            self.trees = self.trees or MemoryTreeReader(self.workspaces)
            self.exporter = self.exporter or MemoryExporter(self.workspaces)
            self.task_files = self.task_files or MemoryTaskFiles(self.workspaces)
            self.host.write = self._change_files

    def _change_files(self, session_id: UUID, batch: bytes) -> None:
        """What a jail does with changes, to files in memory."""
        assert isinstance(self.workspaces, MemoryWorkspaces)
        for kind, path, content in changes.decode(batch):
            if kind == changes.SHELL:
                self.shells[session_id] = content
            elif kind == changes.SWAP:
                self._swap(session_id, path.decode(), content)
            elif kind == changes.REMOVE:
                self.workspaces.delete(session_id, path.decode())
            else:
                self.workspaces.write(session_id, path.decode(), content)

    def _swap(self, session_id: UUID, path: str, content: bytes) -> None:
        assert isinstance(self.workspaces, MemoryWorkspaces)
        old, new, _ = swapping.decode(content)
        if self.workspaces.read(session_id, path) != old:
            raise JailError(swapping.STALE)
        self.workspaces.write(session_id, path, new)

    # --- the roles

    def worker(self, name: str = "w1", driver: JailDriver | None = None) -> Worker:
        settings = self.settings or WorkerSettings(worker_id=name, host="here", state_dir=self.folder / name)
        server = self.server
        if server is None:
            assert isinstance(self.control, MemoryWorkerControl)
            server = self.control
        return Worker(
            replace(settings, worker_id=name, state_dir=self.folder / name),
            log=self.log,
            transcripts=self.transcripts,
            live=self.live,
            jobs=self.jobs,
            control=server,
            registry=self.registry,
            workspaces=self.workspaces,
            trees=self.trees or MemoryTreeReader(MemoryWorkspaces()),
            packs=self.packs or MemorySnapshotPacks(self.folder),
            objects=self.objects,
            driver=driver or self.driver or DummyDriver(self.scripts, host=self.host),
            egress=self.egress,
            tunnels=self.tunnels,
            exporter=self.exporter or MemoryExporter(MemoryWorkspaces()),
            exports=self.exports,
            task_files=self.task_files or MemoryTaskFiles(MemoryWorkspaces()),
            task_file_server=self._task_file_server(),
            clock=SystemClock(),
        )

    def conductor(self, settings: ConductorSettings | None = None, outgoing: Outgoing | None = None) -> Conductor:
        return Conductor(
            settings or ConductorSettings(),
            log=self.log,
            transcripts=self.transcripts,
            live=self.live,
            jobs=self.jobs,
            registry=self.registry,
            cursors=self.cursors,
            trees=cast("TreeControl", self.control),
            task_files=self.task_file_control,
            clock=self.clock,
            outgoing=outgoing,
            carry_out=self._erasing().carry_out if isinstance(self.log, MemoryEventLog) else None,
        )

    def _erasing(self) -> Erasing:
        assert isinstance(self.log, MemoryEventLog)
        assert isinstance(self.transcripts, MemoryTranscriptStore)
        return Erasing(self.log, self.log, self.transcripts, MemoryErasures(self.log, self.transcripts))

    def _task_file_server(self) -> TaskFileServer:
        if self.task_file_server is not None:
            return self.task_file_server
        assert isinstance(self.task_file_control, MemoryTaskFileControl)
        return self.task_file_control

    async def a_lease(self, capacity: int = 50) -> None:
        """As of a worker that lives, though none runs."""
        await self.registry.start("nobody", "here", capacity, 60)

    # --- what a user does

    async def append(self, stream_id: UUID, version: int, *events: Event, session_id: UUID | None = None) -> None:
        context = Context(
            actor=Actor(kind=ActorKind.USER, id=str(ADA)), correlation_id=uuid4(), project_id=self._project_of(events)
        )
        write = StreamWrite(stream_id=stream_id, expected_version=version, events=events, session_id=session_id)
        recorded = await self.log.append([write], context)
        if self.ring:
            place = (await SESSION.load(self.log, session_id)).state if session_id else None
            for event in recorded:
                for job in jobs_for(event, place):
                    await self.jobs.publish(job)

    def _project_of(self, events: Sequence[Event]) -> UUID | None:
        return next((e.project_id for e in events if isinstance(e, (SessionOpened, CommandRequested))), None)

    async def project(self, **settings: Any) -> UUID:
        project_id = uuid4()
        created = ProjectCreated(
            name="it",
            repository=self.source,
            default_branch="main",
            owner_id=uuid4(),
            settings=ProjectSettings(**settings),
        )
        await self.append(project_id, 0, created)
        return project_id

    async def persona(self, project_id: UUID, name: str = "reviewer", **settings: Any) -> SessionPersona:
        """Defines one; as a session that is opened with it now has it."""
        identifier = persona.persona_id(project_id, name)
        await self.decide_persona(
            identifier,
            lambda state: persona.define(state, project_id=project_id, name=name, settings=PersonaSettings(**settings)),
        )
        return persona.for_session(identifier, persona.usable((await PERSONA.load(self.log, identifier)).state))

    async def decide_persona(
        self, persona_id: UUID, decide: Callable[[PersonaState], tuple[PersonaEvent, ...]]
    ) -> None:
        loaded = await PERSONA.load(self.log, persona_id)
        await self.append(persona_id, loaded.version, *decide(loaded.state))

    async def open(
        self,
        project_id: UUID | None = None,
        ref: str = "main",
        owner_id: UUID | None = None,
        used: SessionPersona | None = None,
        limits: LimitsAsked = NOTHING_ASKED,
    ) -> UUID:
        session_id = SystemIds().new()
        opened = SessionOpened(
            project_id=project_id or await self.project(),
            owner_id=owner_id or uuid4(),
            ref=ref,
            persona=used,
            limits=limits,
        )
        await self.append(session_id, 0, opened, session_id=session_id)
        if self.ring:
            # as a conductor does, where none runs
            await self.append(session_id, 1, SessionAdmitted(), session_id=session_id)
        return session_id

    async def fork(self, source_id: UUID, point: Point = NOW) -> UUID:
        """As the gateway asks for it; it need not be ready yet."""
        session_id = SystemIds().new()
        source = await self.ready(source_id)
        found = await workspace_at(self.log, source_id, point)
        opened = SessionOpened(
            project_id=source.project_id,
            owner_id=uuid4(),
            ref=source.ref,
            limits=source.asked,
            persona=source.persona,
        )
        forked = SessionForked(
            source_session_id=source_id,
            point=point,
            base_commit=found.base_commit,
            tree=found.tree,
            worker_id=source.worker_id,
        )
        await self.append(session_id, 0, opened, forked, session_id=session_id)
        if self.ring:
            await self.append(session_id, 2, SessionAdmitted(), session_id=session_id)
        return session_id

    async def restore(self, session_id: UUID, point: Point) -> None:
        stream = await WORKSPACE.load(self.log, workspace_id(session_id))
        found = await workspace_at(self.log, session_id, point)
        events = request_restore(stream.state, point=point, tree=found.tree)
        await self.append(stream.stream_id, stream.version, *events, session_id=session_id)

    async def opened(self, **settings: Any) -> UUID:
        """A session that is ready."""
        session_id = await self.open(await self.project(**settings))
        await self.ready(session_id)
        return session_id

    async def run(
        self, session_id: UUID, text: str, *, terminal: Terminal | None = None, timeout_seconds: int = 60
    ) -> UUID:
        command_id, place = SystemIds().new(), await self.session(session_id)
        project_id = uuid4() if isinstance(place, NoSession) else place.project_id
        asked = CommandRequested(
            session_id=session_id, project_id=project_id, text=text, terminal=terminal, timeout_seconds=timeout_seconds
        )
        await self.append(command_id, 0, asked, session_id=session_id)
        return command_id

    async def cancel(self, command_id: UUID) -> None:
        loaded = await COMMAND.load(self.log, command_id)
        session_id = self.request(loaded.state).session_id
        await self.append(command_id, loaded.version, CommandCancelRequested(), session_id=session_id)

    async def close(self, session_id: UUID) -> None:
        loaded = await SESSION.load(self.log, session_id)
        await self.append(session_id, loaded.version, *request_close(loaded.state), session_id=session_id)

    # --- what can be seen

    def request(self, state: CommandState) -> CommandRequested:
        assert state is not None
        return state.request  # type: ignore[union-attr]

    async def loaded(self, session_id: UUID) -> Loaded[SessionState]:
        return await SESSION.load(self.log, session_id)

    async def session(self, session_id: UUID) -> SessionState:
        return (await self.loaded(session_id)).state

    async def command(self, command_id: UUID) -> CommandState:
        return (await COMMAND.load(self.log, command_id)).state

    async def ready(self, session_id: UUID) -> ReadySession:
        async def check() -> SessionState:
            state = await self.session(session_id)
            assert isinstance(state, (ReadySession, EndedSession)), state
            return state

        state = await eventually(check)
        assert isinstance(state, ReadySession), state
        return state

    async def closed(self, session_id: UUID) -> EndedSession:
        async def check() -> EndedSession:
            state = await self.session(session_id)
            assert isinstance(state, EndedSession), state
            return state

        return await eventually(check)

    async def limits(self, session_id: UUID) -> tuple[Limit, ...]:
        """As a ready session shows them."""
        return next(e.limits for e in await self.events(session_id) if isinstance(e, SessionProvisioned))

    async def admitted(self, session_id: UUID) -> None:
        """Returns when it has a place."""

        async def check() -> bool:
            state = await self.session(session_id)
            return isinstance(state, ReadySession) or (isinstance(state, OpenSession) and state.admitted)

        await eventually(check)

    async def running(self, command_id: UUID) -> RunningCommand:
        async def check() -> RunningCommand:
            state = await self.command(command_id)
            assert isinstance(state, RunningCommand), state
            return state

        return await eventually(check)

    async def ended(self, command_id: UUID, within: float = 10.0) -> CommandFinished | CommandLost | CommandRefused:
        """How it ended, once its transcript is complete as well."""

        async def check() -> CommandFinished | CommandLost | CommandRefused:
            state = await self.command(command_id)
            assert isinstance(state, EndedCommand), state
            assert (await self.transcripts.head(command_id)).complete
            return state.outcome

        return await eventually(check, within)

    async def finished(self, command_id: UUID, within: float = 10.0) -> CommandFinished:
        outcome = await self.ended(command_id, within)
        assert isinstance(outcome, CommandFinished), outcome
        return outcome

    async def lost(self, command_id: UUID) -> CommandLost:
        outcome = await self.ended(command_id)
        assert isinstance(outcome, CommandLost), outcome
        return outcome

    async def refused(self, command_id: UUID) -> CommandRefused:
        outcome = await self.ended(command_id)
        assert isinstance(outcome, CommandRefused), outcome
        return outcome

    async def frames(self, command_id: UUID) -> list[Frame]:
        found: list[Frame] = []
        head = await self.transcripts.head(command_id)
        after = 0
        while not found or after < head.offset:
            page = await self.transcripts.read(command_id, after, 1 << 22)
            found += page if not found else [frame for frame in page if frame.end > after]
            after = max((frame.end for frame in page), default=head.offset)
        return found

    async def output(self, command_id: UUID) -> bytes:
        """As the transcript has it, checked against its offsets and, where it finished, against the log."""
        # grown in place: a busy machine prints a million lines before it is told to stop
        data = bytearray()
        for frame in await self.frames(command_id):
            if frame.kind in OUTPUT_KINDS:
                assert frame.offset == len(data), "the transcript has a hole"
                data += frame.data
        state = await self.command(command_id)
        if isinstance(state, EndedCommand) and isinstance(state.outcome, CommandFinished):
            assert state.outcome.output_bytes == len(data)
            assert state.outcome.output_sha256 == hashlib.sha256(data).hexdigest()
        return bytes(data)

    async def topics(self, *, session_id: UUID) -> list[str]:
        return [event.topic for event in await self.log.read_session(session_id, 0, 10_000)]

    async def events(self, stream_id: UUID) -> list[object]:
        return [recorded.event for recorded in await self.log.load(stream_id)]


@asynccontextmanager
async def working(worker: Worker) -> AsyncGenerator[Worker, None]:
    """The worker, ready; stopped in good order at the end."""
    task = asyncio.create_task(worker.run())
    waiting = asyncio.create_task(worker.ready.wait())
    try:
        await asyncio.wait({task, waiting}, timeout=10, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
        assert worker.ready.is_set()
        yield worker
    finally:
        task.cancel()
        # cancelled a second time at once, it would leave off what it does in good order
        await asyncio.wait({task}, timeout=STOP_SECONDS)
        await end([task, waiting])
