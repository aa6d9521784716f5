"""What a worker answers at once: looks at repositories, and steering of commands that run here."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from quarterdeck.application.ports.control import FileWriteAsked, FileWritten, RepositoryFound
from quarterdeck.application.ports.workspaces import Workspaces
from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import ConflictError, PausedError
from quarterdeck.jail.abstract import Jail
from quarterdeck.worker.queue import Hold
from quarterdeck.worker.sessions import HeldSession, Sessions
from quarterdeck.worker.writing import FileWriter


class Controls:
    """A `ControlHandler`."""

    def __init__(
        self, sessions: Sessions, workspaces: Workspaces, writer: FileWriter, sweep: Callable[[], Awaitable[None]]
    ) -> None:
        self._sessions, self._workspaces, self._writer, self._sweep = sessions, workspaces, writer, sweep

    async def check(self) -> None:
        await self._sweep()

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        return await self._workspaces.find(source, branch)

    async def send_input(self, command_id: UUID, data: bytes, *, end: bool) -> None:
        await (await self._awake(command_id)).write_input(command_id, data, end=end)

    async def resize(self, command_id: UUID, terminal: Terminal) -> None:
        await (await self._held(command_id)).jail.resize(command_id, terminal)

    async def signal(self, command_id: UUID, name: str) -> None:
        await (await self._awake(command_id)).signal(command_id, name)

    async def write_file(self, asked: FileWriteAsked) -> FileWritten:
        return await self._writer.write(asked)

    async def _awake(self, command_id: UUID) -> Jail:
        held = await self._held(command_id)
        if held.commands.is_held(Hold.PAUSE):
            raise PausedError("This session is paused.", "Resume it with `qd session resume ID`.")
        return held.jail

    async def _held(self, command_id: UUID) -> HeldSession:
        held = self._sessions.running(command_id)
        if held is None:
            raise ConflictError("This command does not run any more.", "Run it again with `qd run`.")
        await held.commands.given(command_id)
        return held
