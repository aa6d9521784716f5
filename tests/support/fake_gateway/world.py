"""What the fake gateway knows: projects, sessions, commands and their events, as the schema shows them."""

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.support.fake_gateway import files

Json = dict[str, Any]
NOW = "2026-11-23T08:00:00.123456+00:00"
LIMITS = (
    *("cpus", "memoryBytes", "processes", "openFiles", "fileBytes", "workspaceBytes", "workspaceFiles"),
    *("temporaryBytes", "outputBytes", "wallSeconds", "idleSeconds"),
)
TOKEN = "qd_test"


def global_id(kind: str, uuid: UUID) -> str:
    return base64.b64encode(f"{kind}:{uuid}".encode()).decode()


@dataclass
class Ending:
    """How a scripted program ends, where an exit code does not say it."""

    reason: str = "EXITED"
    exit_code: int | None = None
    signal: str | None = None
    state: str = "FINISHED"
    why: str | None = None
    sha256: str | None = None


@dataclass
class FakeCommand:
    """A scripted command. A program prints and reads through it."""

    world: "World"
    uuid: UUID
    session: Json
    asked: Json
    node: Json
    chunks: list[Json] = field(default_factory=list[Json])
    output: bytearray = field(default_factory=bytearray)
    inputs: list[bytes] = field(default_factory=list[bytes])
    input_ended: bool = False
    sizes: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    cancelled: bool = False
    complete: bool = False
    _read: int = 0

    async def prints(self, data: bytes, kind: str = "OUTPUT") -> None:
        self.chunks.append({"kind": kind, "offset": len(self.output), "timeUs": 1000 * len(self.chunks), "data": data})
        if kind in {"OUTPUT", "ERROR"}:
            self.output += data
        await self.world.changed()
        await asyncio.sleep(0)

    async def until(self, condition: Callable[[], bool]) -> None:
        async with self.world.condition:
            await self.world.condition.wait_for(lambda: condition() or self.cancelled)

    async def reads(self) -> bytes:
        """The next piece of input; empty at its end, or when cancelled."""
        await self.until(lambda: len(self.inputs) > self._read or self.input_ended)
        if len(self.inputs) <= self._read:
            return b""
        self._read += 1
        return self.inputs[self._read - 1]

    def has_more_than(self, chunks: int) -> bool:
        return len(self.chunks) > chunks or self.complete

    def chunk_after(self, offset: int, index: int) -> tuple[int, Json] | None:
        """The next chunk from `index` on that reaches beyond `offset`, cut so that it starts there."""
        for place in range(index, len(self.chunks)):
            chunk = self.chunks[place]
            if chunk["kind"] not in {"OUTPUT", "ERROR"}:
                if chunk["offset"] >= offset:
                    return place + 1, chunk
                continue
            if chunk["offset"] + len(chunk["data"]) > offset:
                known = max(0, offset - chunk["offset"])
                return place + 1, {**chunk, "offset": chunk["offset"] + known, "data": chunk["data"][known:]}
        return None


Program = Callable[[FakeCommand], Awaitable[int | Ending]]


async def echo_its_input(command: FakeCommand) -> int:
    while data := await command.reads():
        await command.prints(data)
    return 0


@dataclass
class World:
    """`programs` says what a command's text does; what is not in it prints its text."""

    programs: dict[str, Program] = field(default_factory=dict[str, Program])
    projects: list[Json] = field(default_factory=list[Json])
    alerts: list[Json] = field(default_factory=list[Json])
    alert_rules: list[Json] = field(default_factory=list[Json])
    silences: list[Json] = field(default_factory=list[Json])
    sessions: list[Json] = field(default_factory=list[Json])
    commands: list[FakeCommand] = field(default_factory=list[FakeCommand])
    reports: list[Json] = field(default_factory=list[Json])
    tasks: list[Json] = field(default_factory=list[Json])
    asked: list[Json] = field(default_factory=list[Json])
    """What lists of tasks were asked for with."""
    happened: dict[str, list[Json]] = field(default_factory=dict[str, list[Json]])
    """By project, in groups."""
    found: list[Json] = field(default_factory=list[Json])
    """Every search's."""
    skipped_bytes: int = 0
    searched_upto: int | None = None
    """None: all is searched."""
    read: dict[str, int] = field(default_factory=dict[str, int])
    """Up to where, by project."""
    tokens: list[Json] = field(default_factory=list[Json])
    workers: list[Json] = field(default_factory=list[Json])
    findings: list[Json] = field(default_factory=list[Json])
    events: list[Json] = field(default_factory=list[Json])
    checkpoints: list[Json] = field(default_factory=list[Json])
    read_model_checks: list[Json | None] = field(default_factory=list[Json | None])
    read_model_differences: list[Json] = field(default_factory=list[Json])
    signing_keys: list[Json] = field(default_factory=list[Json])
    secrets: set[str] = field(default_factory=lambda: {TOKEN})
    one_time: set[str] = field(default_factory=lambda: {"qd_once"})
    late: dict[str, str] = field(default_factory=dict[str, str])
    """States, by session, that the read model tells until somebody waits for it."""
    provisioning: str = "ready"
    """`ready`, `failed` or `never`."""
    lacking: list[str] = field(default_factory=list[str])
    """What is said of each new session's copy."""
    restoring: tuple[str, Json] = ("WorkspaceRestored", {"files_changed": 1})
    """The event that follows when files are to be restored, and what it carries."""
    restored_stream: UUID | None = None
    """Whose event that is; None: the workspace's."""
    budgets: list[Json] = field(default_factory=list[Json])
    model_calls: list[Json] = field(default_factory=list[Json])
    """As they were told."""
    price_tables: list[list[Json]] = field(default_factory=list[list[Json]])
    """The revisions, in order."""
    usage: Json = field(default_factory=lambda: {"points": [], "totals": []})
    """What usage sums up to."""
    dashboards: Json = field(default_factory=dict[str, Any])
    """What top lists, percentiles and funnels are answered with, by the root field."""
    comparison: Callable[[Json], Json] = dict
    """What two sessions are compared to, by what was asked."""
    exported: Json = field(default_factory=dict[str, Any])
    """What an export is answered with."""
    downloads: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """By path."""
    left_out: list[Json] = field(default_factory=list[Json])
    """What the event of a download says is not in it."""
    break_downloads: bool = False
    record_downloads: bool = True
    failures: dict[str, Json] = field(default_factory=dict[str, Json])
    """By mutation: the Failure that it answers."""
    before_answers: dict[str, Callable[[], Awaitable[None]]] = field(
        default_factory=dict[str, Callable[[], Awaitable[None]]]
    )
    """By mutation: what happens once it is done, before who asked hears of it."""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    """Of all sessions, by path."""
    meanwhile: list[tuple[str, bytes | None]] = field(default_factory=list[tuple[str, bytes | None]])
    """What a file has become, or that it is gone, when the next one is written."""
    tell_writes: Path | None = None
    """A file that is made when one was written."""
    calls: list[tuple[str, Json]] = field(default_factory=list[tuple[str, Json]])
    """Mutations that came in, with their input."""
    http_faults: list[int] = field(default_factory=list[int])
    """Statuses that the next requests are answered with."""
    cut_answers: list[str] = field(default_factory=list[str])
    """Mutations that are done, and whose answer is cut off: each once."""
    cuts: list[int] = field(default_factory=list[int])
    """After how many messages the next sockets of `commandOutput` are cut."""
    watchers: int = 0
    """Streams of output that were opened while the command ran."""
    caught_up: int = 0
    """Those of them that have sent what was recorded."""
    condition: asyncio.Condition = field(default_factory=asyncio.Condition)
    running: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def add_project(self, name: str, repository: str, branch: str = "main") -> Json:
        project: Json = {
            "__typename": "Project",
            "id": global_id("Project", uuid4()),
            "name": name,
            "repository": repository,
            "defaultBranch": branch,
            "archived": False,
            "createdAt": NOW,
            "settings": {
                "jailDriver": "auto",
                "maxSessions": 10,
                "maxSessionsPerUser": None,
                "maxCommandsPerSession": 8,
                "commandTimeoutSeconds": 3600,
                "limits": dict.fromkeys(LIMITS),
                "strictLimits": False,
                "network": [],
                "image": "",
                "dockerfile": "",
                "runtime": "",
                "keepIgnored": False,
                "whenIdle": "pause",
                "taskAtClose": "none",
                "snapshotBytes": None,
                "taskFiles": {
                    "enabled": False,
                    "paths": ["docs/TASKS.md"],
                    "branch": None,
                    "section": None,
                    "conflicts": "ASK",
                    "botName": "Quarterdeck",
                    "botMail": "tasks@quarterdeck.invalid",
                },
            },
            "taskSync": {
                "state": "OFF",
                "commit": None,
                "writtenCommit": None,
                "synchronizedAt": None,
                "read": 0,
                "written": 0,
                "conflicts": 0,
                "findings": [],
                "findingsTotal": 0,
                "asked": 0,
                "answered": 0,
                "failedAt": None,
                "error": None,
                "nextStep": None,
            },
        }
        mine: list[Json] = []
        project["kept"] = mine
        project["personas"] = partial(_resolve_personas, mine)
        project["persona"] = partial(_resolve_persona, mine)
        self.projects.append(project)
        return project

    def persona(self, persona_id: str) -> Json:
        return next(each for project in self.projects for each in project["kept"] if each["id"] == persona_id)

    def add_session(self, project: Json, *, state: str = "READY", title: str = "", uuid: UUID | None = None) -> Json:
        session: Json = {
            "__typename": "Session",
            "id": global_id("Session", uuid or uuid4()),
            "uuid": uuid or uuid4(),
            "project": project,
            "ownerName": "ann",
            "title": title,
            "ref": "main",
            "state": state,
            "openedAt": NOW,
            "limits": [{"name": "memory", "asked": "2 GiB", "enforcedBy": "rlimit"}],
            "notes": [],
            "rebuilt": None,
            "setAside": [],
            "task": None,
        }
        session["uuid"] = UUID(base64.b64decode(session["id"]).decode().partition(":")[2])
        session["commands"] = partial(self._resolve_commands, session)
        session["file"] = partial(files.read_file, self.files)
        self.sessions.insert(0, session)
        return session

    def add_token(self, name: str) -> Json:
        token: Json = {
            "__typename": "Token",
            "id": global_id("Token", uuid4()),
            "name": name,
            "scopes": ["session:read"],
            "createdAt": NOW,
            "expiresAt": None,
            "revoked": False,
        }
        self.tokens.append(token)
        return token

    def add_command(self, session: Json, asked: Json, uuid: UUID | None = None) -> FakeCommand:
        uuid = uuid or uuid4()
        node: Json = {
            "__typename": "Command",
            "id": global_id("Command", uuid),
            "text": asked["text"],
            "session": session,
            "terminal": asked.get("terminal"),
            "background": asked.get("background") or False,
            "timeoutSeconds": asked.get("timeoutSeconds") or 3600,
            "state": "QUEUED",
            "cancelling": False,
            "requestedAt": NOW,
            "requestedBy": "ann",
            "filesChanged": [],
            "erasures": [],
            "filesChangedTotal": 0,
        }
        command = FakeCommand(self, uuid, session, asked, node)
        node["transcript"] = partial(self._resolve_transcript, command)
        self.commands.append(command)
        return command

    def command(self, id_: str) -> FakeCommand | None:
        return next((command for command in self.commands if command.node["id"] == id_), None)

    def session(self, id_: str) -> Json | None:
        return next((session for session in self.sessions if session["id"] == id_), None)

    def wanted_tokens(self) -> list[Json]:
        return self.tokens

    def wanted_projects(self) -> list[Json]:
        return self.projects

    async def changed(self) -> None:
        async with self.condition:
            self.condition.notify_all()

    async def append(self, topic: str, stream: UUID, session: Json | None = None, **payload: Any) -> int:
        version = 1 + sum(event["streamId"] == str(stream) for event in self.events)
        self.events.append(
            {
                "id": f"{stream}:{version}",
                "position": len(self.events) + 1,
                "topic": topic,
                "schemaVersion": 1,
                "streamId": str(stream),
                "version": version,
                "recordedAt": NOW,
                "actorKind": "user",
                "actorId": "ann",
                "correlationId": str(UUID(int=7)),
                "projectId": session["project"]["id"] if session else None,
                "sessionId": session["id"] if session else None,
                "payload": json.dumps(payload),
                "digest": "00" * 32,
                "payloadDigest": hashlib.sha256(json.dumps(payload).encode()).hexdigest(),
                "known": True,
                "erased": False,
            }
        )
        await self.changed()
        return len(self.events)

    def start(self, command: FakeCommand) -> None:
        task = asyncio.create_task(self._run(command))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _run(self, command: FakeCommand) -> None:
        program = self.programs.get(command.asked["text"], _print_the_text)
        command.node.update(state="RUNNING", startedAt=NOW)
        await self.append("CommandStarted", command.uuid, command.session)
        result = await program(command)
        ending = result if isinstance(result, Ending) else Ending(exit_code=result)
        if command.cancelled:
            ending = Ending("CANCELLED", signal="KILL")
        command.complete = True
        command.node.update(
            state=ending.state,
            endReason=ending.reason if ending.state == "FINISHED" else None,
            exitCode=ending.exit_code,
            signal=ending.signal,
            reason=ending.why,
            endedAt=NOW,
        )
        if ending.state == "FINISHED":
            digest = ending.sha256 or hashlib.sha256(command.output).hexdigest()
            command.node.update(
                wallMs=1250, cpuMs=40, peakMemoryBytes=3 << 20, outputBytes=len(command.output), outputSha256=digest
            )
        why = {"reason": ending.why} if ending.why else {}
        await self.append(f"Command{ending.state.capitalize()}", command.uuid, command.session, **why)

    async def messages(self, command: FakeCommand, after: int) -> AsyncIterator[Json]:
        index, told = 0, False
        self.watchers += 1
        await self.changed()
        while True:
            found = command.chunk_after(after, index)
            if found:
                index, chunk = found
                data = base64.b64encode(chunk["data"]).decode()
                yield {"__typename": "OutputChunk", **chunk, "data": data}
                after = max(after, chunk["offset"] + len(chunk["data"]) * (chunk["kind"] in {"OUTPUT", "ERROR"}))
                continue
            if not told:
                told = True
                self.caught_up += 1
                await self.changed()
                yield {"__typename": "CaughtUp", "offset": len(command.output)}
                continue
            if command.complete:
                yield {"__typename": "OutputEnd", "offset": len(command.output), "command": command.node}
                return
            await self._until(partial(command.has_more_than, len(command.chunks)))

    async def follow(self, after: int, wanted: Callable[[Json], bool]) -> AsyncIterator[Json]:
        while True:
            for event in self.events[after:]:
                after = event["position"]
                if wanted(event):
                    yield event
            await self._until(partial(self._is_longer_than, after))

    async def _until(self, condition: Callable[[], bool]) -> None:
        async with self.condition:
            await self.condition.wait_for(condition)

    def _is_longer_than(self, position: int) -> bool:
        return len(self.events) > position

    def commands_of(
        self,
        session: Json,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Json:
        nodes = [command.node for command in self.commands if command.session is session]
        end = int(before) if before else len(nodes)
        start = max(0, end - (last or end))
        return connection(nodes[start:end], start=start, more_before=start > 0)

    def _resolve_commands(self, session: Json, _info: Any, **page: Any) -> Json:
        return self.commands_of(session, **page)

    def _resolve_transcript(self, command: FakeCommand, _info: Any, **page: Any) -> Json:
        return self.transcript(command, **page)

    def transcript(self, command: FakeCommand, after: int = 0, limit: int = 262144) -> Json:
        frames: list[Json] = []
        size, index, offset = 0, 0, after
        while size < limit and (found := command.chunk_after(offset, index)):
            index, chunk = found
            frames.append({**chunk, "data": base64.b64encode(chunk["data"]).decode()})
            size += len(chunk["data"])
            if chunk["kind"] in {"OUTPUT", "ERROR"}:
                offset = chunk["offset"] + len(chunk["data"])
        return {
            "frames": frames,
            "nextOffset": offset,
            "complete": command.complete and command.chunk_after(offset, index) is None,
        }


async def _print_the_text(command: FakeCommand) -> int:
    await command.prints(command.asked["text"].encode() + b"\n")
    return 0


def connection(nodes: list[Json], *, start: int = 0, more: bool = False, more_before: bool = False) -> Json:
    """A Relay connection whose cursors are places."""
    return {
        "edges": [{"cursor": str(start + place + 1), "node": node} for place, node in enumerate(nodes)],
        "pageInfo": {
            "hasNextPage": more,
            "hasPreviousPage": more_before,
            "startCursor": str(start) if nodes else None,
            "endCursor": str(start + len(nodes)) if nodes else None,
        },
    }


def page(nodes: list[Json], first: int, after: str | None) -> Json:
    start = int(after or 0)
    return connection(nodes[start : start + first], start=start, more=start + first < len(nodes))


def _resolve_personas(mine: list[Json], _info: Any, first: int, after: str | None = None, *, retired: bool) -> Json:
    return page([each for each in mine if retired or not each["retiredAt"]], first, after)


def _resolve_persona(mine: list[Json], _info: Any, name: str) -> Json | None:
    return next((each for each in mine if each["name"] == name), None)
