"""A standing jail as a worker holds it: everything goes through its shim, and any worker can hold it."""

import asyncio
import base64
import os
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from quarterdeck.domain.command import EndReason, Terminal
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.session_events import Limit
from quarterdeck.jail import folders, open_files, ruins, sockets
from quarterdeck.jail.abstract import ExecSpec, Exit, SpoolBatch
from quarterdeck.jail.errors import JailError, unknown
from quarterdeck.jail.link import Link, ShimGoneError, connect
from quarterdeck.jail.shim.server import SOCKET, SPOOL
from quarterdeck.jail.shim.wire import Head
from quarterdeck.jail.spool_reader import SegmentReader, batches

DESTROY_SECONDS = 15.0
AGENT_SECONDS = 15.0
CHANGE_SECONDS = 120.0


class StandingJail:
    """See `abstract.Jail`. Made by the driver, which also knows whose processes it may end (`uid`)."""

    def __init__(
        self,
        driver: str,
        state: Path,
        session_id: UUID,
        limits: tuple[Limit, ...],
        link: Link,
        *,
        uid: int,
        removed: Callable[[UUID], Awaitable[None]] | None = None,
    ) -> None:
        self._driver = driver
        self._state = state
        self._session_id = session_id
        self._limits = limits
        self._link = link
        self._linking = asyncio.Lock()
        self._uid = uid
        self._removed = removed
        with folders.shim_folder(state, session_id) as folder:
            self._folder = os.dup(folder)
        self._spool = os.open(SPOOL, folders.FOLDER, dir_fd=self._folder)
        self._closed = False

    @property
    def driver(self) -> str:
        return self._driver

    @property
    def session_id(self) -> UUID:
        return self._session_id

    @property
    def limits(self) -> tuple[Limit, ...]:
        return self._limits

    @property
    def closed(self) -> bool:
        """Let go of, or destroyed."""
        return self._closed

    async def start(self, spec: ExecSpec) -> None:
        terminal = [spec.terminal.columns, spec.terminal.rows] if spec.terminal else None
        await self._ask(
            "start",
            spec.text.encode(),
            command=str(spec.command_id),
            terminal=terminal,
            environment=spec.environment,
            timeout=spec.timeout_seconds,
        )

    async def spool(self, command_id: UUID, position: int) -> AsyncIterator[SpoolBatch]:
        reader = SegmentReader(self._spool, command_id, position)
        try:
            while True:
                link = await self._linked()
                try:
                    async for batch in batches(link, reader, command_id):
                        yield batch
                except ShimGoneError:
                    # only the connection, perhaps: then the next one goes on from where this was
                    continue
                return
        finally:
            reader.close()

    async def acknowledge(self, command_id: UUID, position: int) -> None:
        (await self._linked()).tell("acknowledge", command=str(command_id), position=position)

    async def wait(self, command_id: UUID) -> Exit:
        while True:
            link = await self._linked()
            try:
                answer, _ = await link.ask("wait", command=str(command_id))
            except ShimGoneError:
                # only the connection, perhaps: `_linked` tells
                continue
            if "unknown" in answer:
                raise unknown(command_id)
            return _exit(answer["exit"])

    async def forget(self, command_id: UUID) -> None:
        await self._ask("forget", command=str(command_id))

    async def write_input(self, command_id: UUID, data: bytes, *, end: bool = False) -> None:
        await self._ask_command("input", command_id, data, end=end)

    async def resize(self, command_id: UUID, terminal: Terminal) -> None:
        await self._ask_command("resize", command_id, columns=terminal.columns, rows=terminal.rows)

    async def signal(self, command_id: UUID, name: str) -> None:
        plain = name.upper().removeprefix("SIG")
        if f"SIG{plain}" not in signal.Signals.__members__:
            raise InvalidInputError(f"{name!r} is no signal.", "Use a name such as INT or TERM.", field="signal")
        await self._ask_command("signal", command_id, name=plain)

    async def kill(self, command_id: UUID, reason: EndReason, grace_seconds: float = 2.0) -> None:
        await self._ask_command("kill", command_id, reason=reason.value, grace=grace_seconds)

    async def commands(self) -> Sequence[UUID]:
        answer = await self._ask("commands")
        return [UUID(name) for name in answer["commands"]]

    async def freeze(self) -> None:
        await self._ask_agent("freeze")

    async def thaw(self) -> None:
        await self._ask_agent("thaw")

    async def processes(self) -> int:
        return int((await self._ask_agent("count"))["count"])

    async def unlinked(self) -> tuple[int, int]:
        return await asyncio.to_thread(open_files.unlinked, self._folder, self._uid)

    async def change_files(self, changes: bytes) -> None:
        if not changes:
            return
        try:
            await asyncio.wait_for(self._ask("change", changes), CHANGE_SECONDS)
        except TimeoutError as error:
            raise JailError("The jail's files could not be changed in time.", "Try again.") from error

    async def ports(self) -> Sequence[int]:
        return [int(port) for port in (await self._ask_agent("ports"))["ports"]]

    async def dial(self, port: int) -> socket.socket:
        await self._linked()
        return await sockets.dial(self._folder, port)

    async def destroy(self) -> None:
        try:
            link = await self._linked()
            await asyncio.wait_for(link.ask("destroy"), DESTROY_SECONDS)
        except (JailError, TimeoutError):
            # it is gone already, or must go the hard way
            pass
        await ruins.clear(self._state, self._session_id, self._uid)
        self.close()
        if self._removed is not None:
            await self._removed(self._session_id)

    def cut(self) -> None:
        """Loses the connection; the next use makes another."""
        self._link.close()

    def close(self) -> None:
        """Lets go of it, and leaves it standing."""
        if not self._closed:
            self._closed = True
            self._link.close()
            os.close(self._folder)
            os.close(self._spool)

    async def _linked(self) -> Link:
        """The connection, made anew if it was lost: by one of those who miss it, for all of them."""
        self._refuse_if_closed()
        if self._link.lost:
            async with self._linking:
                self._refuse_if_closed()
                if self._link.lost:
                    self._link, _, _ = await connect(self._folder, SOCKET)
            if self._closed:
                # let go of meanwhile
                self._link.close()
                self._refuse_if_closed()
        return self._link

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise ShimGoneError("This jail was let go of.", "Adopt the session's jail again.")

    async def _ask(self, do: str, body: bytes = b"", **head: Any) -> Head:
        answer, _ = await (await self._linked()).ask(do, body, **head)
        return answer

    async def _ask_command(self, do: str, command_id: UUID, body: bytes = b"", **head: Any) -> None:
        if "unknown" in await self._ask(do, body, command=str(command_id), **head):
            raise unknown(command_id)

    async def _ask_agent(self, do: str) -> Head:
        try:
            return await asyncio.wait_for(self._ask(do), AGENT_SECONDS)
        except TimeoutError as error:
            raise JailError("The jail's agent does not answer.", "Close the session and open another.") from error


def _exit(told: Head) -> Exit:
    state = told.get("shell_state")
    return Exit(
        exit_code=told["exit_code"],
        signal=told["signal"],
        reason=EndReason(told["reason"]),
        wall_ms=told["wall_ms"],
        cpu_ms=told["cpu_ms"],
        peak_memory_bytes=told["peak_memory_bytes"],
        shell_state=None if state is None else base64.b64decode(state),
    )
