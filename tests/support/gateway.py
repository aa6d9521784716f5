"""A gateway on memory twins behind a real port, and a client for it."""

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx2
import orjson
from prometheus_client import REGISTRY
from tests.support.memory_reads import MemoryReads
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from quarterdeck.adapters.delivery.signing import DerivedSecrets
from quarterdeck.adapters.memory.control import MemoryWorkerControl
from quarterdeck.adapters.memory.erasures import MemoryErasures
from quarterdeck.adapters.memory.exports import MemoryExporter, MemoryExports
from quarterdeck.adapters.memory.jobs import MemoryJobQueue
from quarterdeck.adapters.memory.live import MemoryLiveOutput
from quarterdeck.adapters.memory.log import MemoryEventLog
from quarterdeck.adapters.memory.objects import MemoryObjects
from quarterdeck.adapters.memory.reports import MemoryFigures
from quarterdeck.adapters.memory.transcripts import MemoryTranscriptStore
from quarterdeck.adapters.memory.trees import MemoryTreeReader
from quarterdeck.adapters.memory.tunnels import MemoryTunnels
from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.adapters.system import SystemClock, SystemIds
from quarterdeck.application.alerts import Alerts
from quarterdeck.application.budget_reservations import Reservations
from quarterdeck.application.budgets import BudgetBook
from quarterdeck.application.checkpoints import Checkpoints
from quarterdeck.application.commands import Commands
from quarterdeck.application.comparisons import Comparisons
from quarterdeck.application.dispatch import QueueDoorbell
from quarterdeck.application.erasing import Erasing
from quarterdeck.application.exports import Exports
from quarterdeck.application.file_writes import FileWrites
from quarterdeck.application.frames import Frame, FrameKind, encode
from quarterdeck.application.identity import FIRST_USER, Identity
from quarterdeck.application.ledgers import Ledgers
from quarterdeck.application.personas import Personas
from quarterdeck.application.ports.control import FileWriteAsked, FileWritten, RepositoryFound
from quarterdeck.application.ports.erasures import Erasures
from quarterdeck.application.ports.exports import WorkspaceExporter
from quarterdeck.application.ports.log import Context, EventLog, LogReader, StreamWrite
from quarterdeck.application.ports.output import LiveOutput, TranscriptStore
from quarterdeck.application.previews import Previews
from quarterdeck.application.projects import Projects
from quarterdeck.application.report_contents import ReportContents
from quarterdeck.application.reports import Reports
from quarterdeck.application.sessions import Sessions
from quarterdeck.application.snapshots import Snapshots
from quarterdeck.application.task_files import TaskFilesOfProjects
from quarterdeck.application.task_starts import TaskStarts
from quarterdeck.application.tasks import Tasks
from quarterdeck.application.usage import Usage
from quarterdeck.application.workers import Workers
from quarterdeck.bootstrap.reports import LateRenderer
from quarterdeck.config import Settings
from quarterdeck.domain.base import Actor, ActorKind
from quarterdeck.domain.command import CommandFinished, CommandStarted, EndReason, Terminal
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.events import Event
from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.session_events import SessionProvisioned
from quarterdeck.gateway.app import create_app
from quarterdeck.gateway.parts import Check, Parts
from quarterdeck.gateway.server import listen, serve
from quarterdeck.gateway.web.bundle import WebBundle
from quarterdeck_projections.usage.pricing import priced
from quarterdeck_schema.reads import Reads

_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Never used; the client would load a host's certificates for each test without it."""
PROTOCOL = "graphql-transport-ws"
SIGNING_KEY = "a key of at least 32 characters, so"
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="test")


class _Worker:
    """Knows the repositories under /repos, and keeps what it is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, object]] = []

    async def check(self) -> None:
        self.sent.append(("check", None))

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        if not source.startswith("/repos/"):
            raise InvalidInputError(f"{source[:60]} is no git repository.", "Pass its path.", field="repository")
        name = source.rsplit("/", 1)[-1]
        return RepositoryFound(source=source, name=name, default_branch=branch or "main", head_commit="a" * 40)

    async def send_input(self, command_id: UUID, data: bytes, *, end: bool) -> None:
        self.sent.append(("input", (command_id, data, end)))

    async def resize(self, command_id: UUID, terminal: Terminal) -> None:
        self.sent.append(("resize", (command_id, terminal)))

    async def signal(self, command_id: UUID, name: str) -> None:
        self.sent.append(("signal", (command_id, name)))

    async def write_file(self, asked: FileWriteAsked) -> FileWritten:
        self.sent.append(("write", asked))
        return FileWritten(tree="c" * 40, sha256=sha256(asked.content).hexdigest(), position=1, changed=True)


class _NoneOpen:
    async def count(self, project_id: UUID, since: int) -> int:
        return 0


@dataclass
class House:
    """What is behind the gateway. `log` and the stores may be memory twins or real."""

    log: EventLog
    rows: LogReader
    transcripts: TranscriptStore
    live: LiveOutput
    reads: Reads
    control: MemoryWorkerControl = field(default_factory=MemoryWorkerControl)
    tunnels: MemoryTunnels = field(default_factory=MemoryTunnels)
    exports: MemoryExports = field(default_factory=MemoryExports)
    exporter: WorkspaceExporter = field(init=False)
    figures: MemoryFigures = field(init=False)
    worker: _Worker = field(default_factory=_Worker)
    workspaces: MemoryWorkspaces = field(default_factory=MemoryWorkspaces)
    checkpoints: MemoryObjects = field(default_factory=MemoryObjects)
    jobs: MemoryJobQueue = field(default_factory=MemoryJobQueue)
    checks: Mapping[str, Check] = field(default_factory=dict[str, Check])
    web: Path = Path("/nonexistent")
    """The web client's files."""
    erasures: Erasures | None = None
    """None: the memory twins'."""

    def __post_init__(self) -> None:
        if self.erasures is None:
            assert isinstance(self.log, MemoryEventLog)
            assert isinstance(self.transcripts, MemoryTranscriptStore)
            self.erasures = MemoryErasures(self.log, self.transcripts)
        self.exporter = MemoryExporter(self.workspaces)
        self.figures = MemoryFigures(self.log)

    @classmethod
    def in_memory(cls) -> Self:
        log = MemoryEventLog(SystemClock())
        return cls(
            log=log, rows=log, transcripts=MemoryTranscriptStore(), live=MemoryLiveOutput(), reads=MemoryReads(log)
        )

    @property
    def identity(self) -> Identity:
        return Identity(self.log, SystemClock(), SystemIds())

    def parts(self, settings: Settings) -> Parts:
        assert self.erasures
        ids, doorbell, snapshots = SystemIds(), QueueDoorbell(self.jobs), Snapshots(self.log, self.control)
        ledgers = Ledgers(self.log, SystemClock())
        sessions = Sessions(self.log, ids, doorbell, _NoneOpen(), ledgers)
        return Parts(
            settings=settings,
            log=self.log,
            rows=self.rows,
            transcripts=self.transcripts,
            erasing=Erasing(self.log, self.rows, self.transcripts, self.erasures),
            live=self.live,
            reads=self.reads,
            projects=Projects(self.log, ids, self.control, doorbell),
            personas=Personas(self.log),
            sessions=sessions,
            commands=Commands(self.log, ids, self.control, doorbell, ledgers),
            tasks=Tasks(self.log, SystemClock()),
            task_files=TaskFilesOfProjects(self.log, SystemClock()),
            task_starts=TaskStarts(self.log, SystemClock(), sessions),
            snapshots=snapshots,
            file_writes=FileWrites(self.log, ids, self.control),
            comparisons=Comparisons(self.log, snapshots),
            exports=Exports(self.log, snapshots, self.exports),
            checkpoints=Checkpoints(self.checkpoints),
            workers=Workers(self.log, self.control),
            usage=Usage(ledgers, priced),
            budgets=BudgetBook(ledgers),
            reservations=Reservations(ledgers),
            alerts=Alerts(self.log, SystemClock(), ids),
            webhook_secrets=DerivedSecrets(SIGNING_KEY),
            reports=Reports(
                self.log, SystemClock(), ReportContents(self.log, SystemClock(), self.figures, LateRenderer())
            ),
            previews=Previews(self.log, SystemClock(), ids, self.tunnels),
            identity=self.identity,
            ids=ids,
            web=WebBundle(self.web),
            checks=self.checks,
        )

    async def put(
        self, stream_id: UUID, *events: Event, project_id: UUID | None = None, session_id: UUID | None = None
    ) -> int:
        """Appends at the end of a stream, and gives the position of the last."""
        version = len(await self.log.load(stream_id))
        write = StreamWrite(stream_id=stream_id, expected_version=version, events=events)
        context = Context(actor=SYSTEM, correlation_id=SystemIds().new(), project_id=project_id, session_id=session_id)
        return (await self.log.append([write], context))[-1].position

    async def put_as(self, user_id: UUID, stream_id: UUID, *events: Event) -> None:
        """Appends at the end of a stream in one go, in a user's name."""
        version = len(await self.log.load(stream_id))
        write = StreamWrite(stream_id=stream_id, expected_version=version, events=events)
        actor = Actor(kind=ActorKind.USER, id=str(user_id))
        await self.log.append([write], Context(actor=actor, correlation_id=SystemIds().new()))

    async def provision(self, session_id: UUID, project_id: UUID) -> int:
        provisioned = SessionProvisioned(
            worker_id="w1", jail_driver="dummy", workspace_kind="clone", base_commit="a" * 40
        )
        return await self.put(session_id, provisioned, project_id=project_id, session_id=session_id)

    async def start(self, command_id: UUID) -> None:
        await self.put(command_id, CommandStarted(worker_id="w1", tree_before="b" * 40))

    async def finish(self, command_id: UUID, output_bytes: int, *, tree_before: str = "", tree_after: str = "") -> int:
        finished = CommandFinished(
            exit_code=0,
            signal=None,
            reason=EndReason.EXITED,
            wall_ms=1,
            cpu_ms=1,
            peak_memory_bytes=1,
            output_bytes=output_bytes,
            output_sha256="",
            tree_before=tree_before,
            tree_after=tree_after,
        )
        return await self.put(command_id, finished)

    async def another_user(self, name: str) -> str:
        """A user without projects or roles, by a token of theirs."""
        user_id = SystemIds().new()
        await self.put(user_id, UserRegistered(name=name))
        one_time = await self.identity.issue_login(user_id)
        return (await self.identity.login(one_time, "test", SystemIds().new())).secret


@dataclass
class Output:
    """Prints as a worker does: live first, then into the transcript."""

    house: House
    command_id: UUID
    offset: int = 0
    sequence: int = 0

    def frame(self, data: bytes, kind: FrameKind = FrameKind.OUTPUT) -> bytes:
        encoded = encode(Frame(kind, self.offset, self.offset * 10, data))
        if kind in {FrameKind.OUTPUT, FrameKind.ERROR}:
            self.offset += len(data)
        return encoded

    async def print(self, data: bytes, *, live: bool = True, stored: bool = True) -> None:
        await self.send(self.frame(data), live=live, stored=stored)

    async def end(self, *, live: bool = True, stored: bool = True) -> None:
        await self.send(self.frame(b"", FrameKind.END), live=live, stored=stored)

    async def send(self, encoded: bytes, *, live: bool = True, stored: bool = True) -> None:
        if live:
            await self.house.live.publish(self.command_id, encoded)
        if stored:
            await self.store(encoded)

    async def store(self, encoded: bytes) -> None:
        await self.house.transcripts.append(self.command_id, self.sequence, encoded)
        self.sequence += 1


@dataclass
class Socket:
    """A client of graphql-transport-ws."""

    connection: ClientConnection

    async def send(self, **message: object) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            received: dict[str, Any] = orjson.loads(await self.connection.recv())
            return received

    async def subscribe(self, query: str, variables: Mapping[str, object] | None = None, id: str = "1") -> None:  # noqa: A002
        await self.send(id=id, type="subscribe", payload={"query": query, "variables": dict(variables or {})})

    async def closed(self) -> int:
        """Waits for the end; its code."""
        async with asyncio.timeout(10):
            with suppress(Exception):
                while True:
                    await self.connection.recv()
            return self.connection.close_code or 0


@dataclass
class Running:
    """A gateway that serves."""

    house: House
    host: str
    token: str
    http: httpx2.AsyncClient
    stop: asyncio.Event

    async def ask(
        self, query: str, variables: Mapping[str, object] | None = None, *, token: str | None = None, **more: object
    ) -> dict[str, Any]:
        response = await self.post({"query": query, "variables": dict(variables or {}), **more}, token=token)
        answer: dict[str, Any] = response.json()
        return answer

    async def post(self, body: object, *, token: str | None = None, **headers: str) -> httpx2.Response:
        sent = body if isinstance(body, bytes) else orjson.dumps(body)
        return await self.http.post(
            "/graphql",
            content=sent,
            headers={
                "Authorization": f"Bearer {token or self.token}",
                "Content-Type": "application/json",
                "Accept": "application/graphql-response+json",
                **headers,
            },
        )

    @asynccontextmanager
    async def socket(
        self, token: str | None = None, *, init: bool = True, protocols: tuple[str, ...] = (PROTOCOL,), **more: Any
    ) -> AsyncGenerator[Socket, None]:
        async with connect(
            f"ws://{self.host}/graphql",
            subprotocols=[Subprotocol(each) for each in protocols],
            proxy=None,
            max_size=None,
            close_timeout=1,
            **more,
        ) as connection:
            client = Socket(connection)
            if init:
                await client.send(type="connection_init", payload={"Authorization": f"Bearer {token or self.token}"})
                assert (await client.receive())["type"] == "connection_ack"
            yield client

    # --- what most tests begin with

    async def project(self, name: str = "app", token: str | None = None) -> dict[str, Any]:
        answer = await self.ask(
            "mutation($input: CreateProjectInput!) { createProject(input: $input) { "
            "... on CreateProjectPayload { project { id name } position } ... on Failure { code message } } }",
            {"input": {"repository": f"/repos/{name}"}},
            token=token,
        )
        made: dict[str, Any] = answer["data"]["createProject"]
        return made

    async def session(self, project_id: str, token: str | None = None) -> dict[str, Any]:
        answer = await self.ask(
            "mutation($input: OpenSessionInput!) { openSession(input: $input) { "
            "... on OpenSessionPayload { session { id state } position } ... on Failure { code message } } }",
            {"input": {"projectId": project_id}},
            token=token,
        )
        made: dict[str, Any] = answer["data"]["openSession"]
        return made

    async def command(self, session_id: str, text: str = "true", token: str | None = None) -> dict[str, Any]:
        answer = await self.ask(
            "mutation($input: RunCommandInput!) { runCommand(input: $input) { "
            "... on RunCommandPayload { command { id state text } position } "
            "... on Failure { code message nextStep field } } }",
            {"input": {"sessionId": session_id, "text": text}},
            token=token,
        )
        made: dict[str, Any] = answer["data"]["runCommand"]
        return made

    async def running_command(self) -> tuple[str, Output]:
        """A command that runs, by its global id, and what prints for it."""
        project = (await self.project())["project"]["id"]
        session = (await self.session(project))["session"]["id"]
        await self.house.provision(uuid_of(session), uuid_of(project))
        command = (await self.command(session))["command"]["id"]
        await self.house.start(uuid_of(command))
        return command, Output(self.house, uuid_of(command))


def counted(name: str) -> float:
    """A metric's value, as Prometheus would be told."""
    return REGISTRY.get_sample_value(name) or 0.0


def uuid_of(global_id: str) -> UUID:
    return UUID(base64.b64decode(global_id).decode().partition(":")[2])


@asynccontextmanager
async def running(house: House | None = None, **settings: Any) -> AsyncGenerator[Running, None]:
    """Serves on a free port until left."""
    house = house or House.in_memory()
    await house.identity.register_first_user("ada")
    one_time = await house.identity.issue_login(FIRST_USER)
    issued = await house.identity.login(one_time, "test", SystemIds().new())
    listener = listen("127.0.0.1", 0)
    host = f"127.0.0.1:{listener.getsockname()[1]}"
    chosen = Settings(host="127.0.0.1", **settings)
    stop = asyncio.Event()
    served = asyncio.create_task(serve(create_app(house.parts(chosen)), chosen, stop=stop, listener=listener))
    try:
        async with (
            house.control.serve("w1", house.worker, MemoryTreeReader(house.workspaces)),
            house.exports.serve("w1", house.exporter),
            httpx2.AsyncClient(base_url=f"http://{host}", verify=_NO_TLS, trust_env=False, timeout=20) as http,
        ):
            yield Running(house, host, issued.secret, http, stop)
    finally:
        stop.set()
        await served
