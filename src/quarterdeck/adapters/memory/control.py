"""Requests to workers, in memory: the client and the server are one object."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from quarterdeck.application.ports import ControlHandler, RepositoryFound
from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import UnavailableError


class MemoryWorkerControl:
    """Both `WorkerControl` and `ControlServer`."""

    def __init__(self) -> None:
        self._handlers: dict[str, ControlHandler] = {}

    @asynccontextmanager
    async def serve(self, worker_id: str, handler: ControlHandler) -> AsyncGenerator[None, None]:
        self._handlers[worker_id] = handler
        try:
            yield
        finally:
            del self._handlers[worker_id]

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        return await self._of(next(iter(self._handlers), "")).find_repository(source, branch)

    async def send_input(self, worker_id: str, command_id: UUID, data: bytes, *, end: bool) -> None:
        await self._of(worker_id).send_input(command_id, data, end=end)

    async def resize(self, worker_id: str, command_id: UUID, terminal: Terminal) -> None:
        await self._of(worker_id).resize(command_id, terminal)

    async def signal(self, worker_id: str, command_id: UUID, name: str) -> None:
        await self._of(worker_id).signal(command_id, name)

    def _of(self, worker_id: str) -> ControlHandler:
        try:
            return self._handlers[worker_id]
        except KeyError:
            raise UnavailableError(
                "No worker answers.", "Start one with `quarterdeck serve worker`, or see `quarterdeck doctor`."
            ) from None
