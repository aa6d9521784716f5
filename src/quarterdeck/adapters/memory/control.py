"""Requests to workers, in memory: the client and the server are one object."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

from quarterdeck.application.ports.control import (
    ControlHandler,
    FileWriteAsked,
    FileWritten,
    RepositoryFound,
    TreeReader,
)
from quarterdeck.application.trees import (
    Blame,
    BlameAsked,
    DiffAsked,
    DiffMeasure,
    DiffPage,
    FileAsked,
    FileContent,
    FindAsked,
    FoundPaths,
    ListAsked,
    MeasureAsked,
    TreePage,
)
from quarterdeck.domain.command import Terminal
from quarterdeck.domain.errors import UnavailableError


class MemoryWorkerControl:
    """`WorkerControl`, `TreeControl` and `ControlServer`."""

    def __init__(self) -> None:
        self._handlers: dict[str, ControlHandler] = {}
        self._trees: dict[str, TreeReader] = {}

    @asynccontextmanager
    async def serve(
        self, worker_id: str, handler: ControlHandler, trees: TreeReader | None = None
    ) -> AsyncGenerator[None, None]:
        self._handlers[worker_id] = handler
        if trees is not None:
            self._trees[worker_id] = trees
        try:
            yield
        finally:
            del self._handlers[worker_id]
            self._trees.pop(worker_id, None)

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound:
        return await self._of(next(iter(self._handlers), "")).find_repository(source, branch)

    async def send_input(self, worker_id: str, command_id: UUID, data: bytes, *, end: bool) -> None:
        await self._of(worker_id).send_input(command_id, data, end=end)

    async def resize(self, worker_id: str, command_id: UUID, terminal: Terminal) -> None:
        await self._of(worker_id).resize(command_id, terminal)

    async def signal(self, worker_id: str, command_id: UUID, name: str) -> None:
        await self._of(worker_id).signal(command_id, name)

    async def write_file(self, worker_id: str, asked: FileWriteAsked) -> FileWritten:
        return await self._of(worker_id).write_file(asked)

    async def check(self, worker_id: str) -> None:
        await self._of(worker_id).check()

    async def list_tree(self, worker_id: str | None, asked: ListAsked) -> TreePage:
        return await self._reader(worker_id).list_tree(asked)

    async def find_paths(self, worker_id: str | None, asked: FindAsked) -> FoundPaths:
        return await self._reader(worker_id).find_paths(asked)

    async def read_file(self, worker_id: str | None, asked: FileAsked) -> FileContent:
        return await self._reader(worker_id).read_file(asked)

    async def diff(self, worker_id: str | None, asked: DiffAsked) -> DiffPage:
        return await self._reader(worker_id).diff(asked)

    async def measure(self, worker_id: str | None, asked: MeasureAsked) -> DiffMeasure:
        return await self._reader(worker_id).measure(asked)

    async def blame(self, worker_id: str | None, asked: BlameAsked) -> Blame:
        return await self._reader(worker_id).blame(asked)

    def _of(self, worker_id: str) -> ControlHandler:
        try:
            return self._handlers[worker_id]
        except KeyError:
            raise _nobody() from None

    def _reader(self, worker_id: str | None) -> TreeReader:
        try:
            return self._trees[worker_id or next(iter(self._trees), "")]
        except KeyError:
            raise _nobody() from None


def _nobody() -> UnavailableError:
    return UnavailableError(
        "No worker answers.", "Start one with `quarterdeck serve worker`, or see `quarterdeck doctor`."
    )
