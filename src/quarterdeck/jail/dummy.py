"""A driver without jails: commands follow scripts, in memory. For tests of what stands above the interface."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID

from quarterdeck.application.frames import RESIZE, Frame, FrameKind, encode
from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.session_events import Limit
from quarterdeck.jail.abstract import ExecSpec, Exit, JailSpec, Protection, SpoolBatch
from quarterdeck.jail.errors import JailError, nothing_listens, unknown
from quarterdeck.jail.spool_reader import whole_frames

GONE = "The session's jail is gone."


@dataclass(frozen=True, kw_only=True)
class Prints:
    data: bytes
    kind: FrameKind = FrameKind.OUTPUT
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class EchoesInput:
    """Prints what is written to it, until its input ends."""


@dataclass(frozen=True, kw_only=True)
class Hangs:
    """Until it is signalled or killed."""


@dataclass(frozen=True, kw_only=True)
class WaitsFor:
    """Until the test sets the event."""

    event: asyncio.Event


Step = Prints | EchoesInput | Hangs | WaitsFor


@dataclass(frozen=True, kw_only=True)
class Script:
    steps: tuple[Step, ...] = ()
    exit_code: int = 0
    shell_state: bytes | None = None


@dataclass(kw_only=True)
class DummyHost:
    """What outlives a driver: jails by session. Two drivers of one host are two workers, one after the other."""

    jails: dict[UUID, "DummyJail"] = field(default_factory=dict[UUID, "DummyJail"])
    write: Callable[[UUID, bytes], None] = lambda _session_id, _changes: None
    """Given the changes to a session's files, as `shim.changes` encodes them."""

    def lose(self, session_id: UUID) -> None:
        """The session's jail dies, as if its shim had been killed."""
        self.jails.pop(session_id).die()


class DummyCommand:
    def __init__(self, spec: ExecSpec, script: Script) -> None:
        self.encoded = bytearray()
        self.acknowledged = 0
        self.grown = asyncio.Event()
        self.exit: Exit | None = None
        self.ended = asyncio.Event()
        self.gone = False
        self.killed: EndReason | None = None
        self._spec = spec
        self._offset = 0
        self._began = time.monotonic()
        self._input: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._signalled: str | None = None
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._steps = asyncio.create_task(self._play(script))
        self._task = asyncio.create_task(self._live(script))

    async def _live(self, script: Script) -> None:
        reason, signal = EndReason.EXITED, None
        try:
            await asyncio.wait_for(self._steps, self._spec.timeout_seconds)
        except TimeoutError:
            reason, signal = EndReason.TIMED_OUT, "TERM"
        except asyncio.CancelledError:
            if self.gone:
                raise
            reason = self.killed or EndReason.SIGNALLED
            signal = self._signalled or "TERM"
        self.add(FrameKind.END)
        self.exit = Exit(
            exit_code=None if signal else script.exit_code,
            signal=signal,
            reason=reason,
            wall_ms=int((time.monotonic() - self._began) * 1000),
            cpu_ms=0,
            peak_memory_bytes=0,
            shell_state=script.shell_state,
        )
        self.ended.set()

    async def _play(self, script: Script) -> None:
        for step in script.steps:
            await self._thawed.wait()
            match step:
                case Prints():
                    for _ in range(step.times):
                        self.add(step.kind, step.data)
                        await asyncio.sleep(0)
                case EchoesInput():
                    while (data := await self._input.get()) is not None:
                        self.add(FrameKind.OUTPUT, data)
                case Hangs():
                    await asyncio.Event().wait()
                case WaitsFor():
                    await step.event.wait()
                case _:
                    assert_never(step)

    def add(self, kind: FrameKind, data: bytes = b"") -> None:
        if self.exit is None:
            frame = Frame(kind, self._offset, int((time.monotonic() - self._began) * 1e6), data)
            self._offset = frame.end
            self.encoded += encode(frame)
            self.grown.set()
            self.grown = asyncio.Event()

    def feed(self, data: bytes, *, end: bool) -> None:
        if self.exit is not None:
            raise JailError("The command has ended.")
        self.add(FrameKind.INPUT, data)
        self._input.put_nowait(data)
        if end:
            self._input.put_nowait(None)

    def send(self, name: str) -> None:
        self.add(FrameKind.SIGNAL, name.encode())
        self._signalled = name
        self._steps.cancel()

    def kill(self, reason: EndReason) -> None:
        self.killed = self.killed or reason
        self._steps.cancel()

    def freeze(self) -> None:
        self._thawed.clear()

    def thaw(self) -> None:
        self._thawed.set()

    def vanish(self) -> None:
        self.gone = True
        for task in (self._task, self._steps):
            task.cancel()
        self.grown.set()
        self.ended.set()


class DummyJail:
    driver = "dummy"
    limits: tuple[Limit, ...] = ()

    def __init__(self, session_id: UUID, scripts: Mapping[str, Script], fallback: Script, host: DummyHost) -> None:
        self._session_id = session_id
        self._host = host
        self._scripts = scripts
        self._fallback = fallback
        self._seen: set[UUID] = set()
        self._commands: dict[UUID, DummyCommand] = {}
        self._dead = False
        self.started: list[ExecSpec] = []
        """What was started, in order, for tests to look at."""
        self.listening: dict[int, list[socket.socket]] = {}
        """Ports that a test listens on, with its ends of the connections to them."""

    @property
    def session_id(self) -> UUID:
        return self._session_id

    async def start(self, spec: ExecSpec) -> None:
        self._check()
        if spec.command_id not in self._seen:
            self._seen.add(spec.command_id)
            self.started.append(spec)
            script = self._scripts.get(spec.text, self._fallback)
            self._commands[spec.command_id] = DummyCommand(spec, script)

    async def spool(self, command_id: UUID, position: int) -> AsyncIterator[SpoolBatch]:
        command = self._find(command_id)
        while True:
            grown = command.grown
            if len(command.encoded) > position:
                encoded = bytes(command.encoded[position:])
                batch = SpoolBatch(position=position, end=position + len(encoded), encoded=encoded)
                position = batch.end
                yield batch
                if whole_frames(encoded)[1]:
                    return
            elif command.gone:
                raise JailError(GONE)
            else:
                await grown.wait()

    async def acknowledge(self, command_id: UUID, position: int) -> None:
        self._find(command_id).acknowledged = position

    async def wait(self, command_id: UUID) -> Exit:
        command = self._find(command_id)
        await command.ended.wait()
        if command.exit is None:
            raise JailError(GONE)
        return command.exit

    async def finishes(self, command_id: UUID) -> bool:
        """For tests: whether it ends by itself now, after everything else had its turn."""
        for _ in range(10):
            await asyncio.sleep(0)
        return self._find(command_id).exit is not None

    async def forget(self, command_id: UUID) -> None:
        self._check()
        self._commands.pop(command_id, None)

    async def write_input(self, command_id: UUID, data: bytes, *, end: bool = False) -> None:
        self._find(command_id).feed(data, end=end)

    async def resize(self, command_id: UUID, terminal: Terminal) -> None:
        self._find(command_id).add(FrameKind.RESIZE, RESIZE.pack(terminal.columns, terminal.rows))

    async def signal(self, command_id: UUID, name: str) -> None:
        self._find(command_id).send(name.upper().removeprefix("SIG"))

    async def kill(self, command_id: UUID, reason: EndReason, grace_seconds: float = 2.0) -> None:
        del grace_seconds
        self._find(command_id).kill(reason)

    async def commands(self) -> Sequence[UUID]:
        self._check()
        return list(self._commands)

    async def freeze(self) -> None:
        self._check()
        for command in self._commands.values():
            command.freeze()

    async def thaw(self) -> None:
        self._check()
        for command in self._commands.values():
            command.thaw()

    async def unlinked(self) -> tuple[int, int]:
        self._check()
        return 0, 0

    async def processes(self) -> int:
        self._check()
        return sum(command.exit is None for command in self._commands.values())

    async def change_files(self, changes: bytes) -> None:
        self._check()
        self._host.write(self._session_id, changes)

    async def ports(self) -> Sequence[int]:
        self._check()
        return sorted(self.listening)

    async def dial(self, port: int) -> socket.socket:
        self._check()
        if port not in self.listening:
            raise nothing_listens(port)
        ours, theirs = socket.socketpair()
        ours.settimeout(0)
        self.listening[port].append(theirs)
        return ours

    async def destroy(self) -> None:
        self.die()

    def die(self) -> None:
        self._dead = True
        for command in self._commands.values():
            command.vanish()

    @property
    def dead(self) -> bool:
        return self._dead

    def _check(self) -> None:
        if self._dead:
            raise JailError(GONE)

    def _find(self, command_id: UUID) -> DummyCommand:
        self._check()
        if command_id not in self._commands:
            raise unknown(command_id)
        return self._commands[command_id]


class DummyDriver:
    name = "dummy"

    def __init__(
        self,
        scripts: Mapping[str, Script] | None = None,
        *,
        fallback: Script | None = None,
        host: DummyHost | None = None,
    ) -> None:
        self._scripts = scripts or {}
        self._fallback = fallback or Script()
        self._host = host or DummyHost()

    async def protections(self) -> Sequence[Protection]:
        return [Protection(name="jail", on=False, detail="the dummy driver runs nothing and protects nothing")]

    async def create(self, spec: JailSpec) -> DummyJail:
        if spec.session_id in self._host.jails and not self._host.jails[spec.session_id].dead:
            raise JailError(f"Session {spec.session_id} has a jail on this host already.", "Adopt it.")
        await spec.files()
        jail = DummyJail(spec.session_id, self._scripts, self._fallback, self._host)
        self._host.jails[spec.session_id] = jail
        return jail

    async def adopt(self, session_id: UUID) -> DummyJail | None:
        jail = self._host.jails.get(session_id)
        if jail is None or jail.dead:
            self._host.jails.pop(session_id, None)
            return None
        return jail

    async def sessions(self) -> Sequence[UUID]:
        return [session_id for session_id, jail in self._host.jails.items() if not jail.dead]

    async def close(self) -> None:
        """The host keeps its jails."""
