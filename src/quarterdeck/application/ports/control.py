"""What is asked of a worker at once, without a job."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from quarterdeck.application.ports.log import Context
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


@dataclass(frozen=True, kw_only=True)
class RepositoryFound:
    """What a look at a repository found."""

    source: str
    """As it is to be stored: absolute path or URL, without credentials."""
    name: str
    """Last part of the path, without `.git`."""
    default_branch: str
    head_commit: str


@dataclass(frozen=True, kw_only=True)
class FileWriteAsked:
    """A file of a session that is to be written, if it is what `base` says."""

    session_id: UUID
    path: str
    """As `application.paths` has it."""
    content: bytes
    base: str | None
    """SHA-256 of what the file has; None: there is none."""
    executable: bool | None
    """None: as it is."""
    context: Context
    """In whose name it is logged."""
    write_id: UUID
    request_stream: UUID | None
    """Where the request's idempotency key is kept, with `request_sha256`."""
    request_sha256: str


@dataclass(frozen=True, kw_only=True)
class FileWritten:
    tree: str
    """The files afterwards."""
    sha256: str
    position: int
    changed: bool
    """False: it was so already."""


class TreeReader(Protocol):
    """Reads the trees of sessions, also of those that have ended.

    Each raises NotFoundError for a tree or path that is not there, and InvalidInputError for what is none.
    """

    async def list_tree(self, asked: ListAsked) -> TreePage: ...
    async def find_paths(self, asked: FindAsked) -> FoundPaths: ...
    async def read_file(self, asked: FileAsked) -> FileContent: ...
    async def diff(self, asked: DiffAsked) -> DiffPage: ...
    async def measure(self, asked: MeasureAsked) -> DiffMeasure: ...
    async def blame(self, asked: BlameAsked) -> Blame: ...


class WorkerControl(Protocol):
    """Requests to a worker that are answered at once. Each raises the worker's own QuarterdeckError,
    or UnavailableError where no worker answers."""

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound: ...
    async def send_input(self, worker_id: str, command_id: UUID, data: bytes, *, end: bool) -> None: ...
    async def resize(self, worker_id: str, command_id: UUID, terminal: Terminal) -> None: ...
    async def signal(self, worker_id: str, command_id: UUID, name: str) -> None: ...
    async def write_file(self, worker_id: str, asked: FileWriteAsked) -> FileWritten: ...
    async def check(self, worker_id: str) -> None:
        """Returns when the worker has compared the log with its host, and logged what it found."""
        ...


class TreeControl(Protocol):
    """`TreeReader` by request to a worker; None: to any. Raises UnavailableError where none answers."""

    async def list_tree(self, worker_id: str | None, asked: ListAsked) -> TreePage: ...
    async def find_paths(self, worker_id: str | None, asked: FindAsked) -> FoundPaths: ...
    async def read_file(self, worker_id: str | None, asked: FileAsked) -> FileContent: ...
    async def diff(self, worker_id: str | None, asked: DiffAsked) -> DiffPage: ...
    async def measure(self, worker_id: str | None, asked: MeasureAsked) -> DiffMeasure: ...
    async def blame(self, worker_id: str | None, asked: BlameAsked) -> Blame: ...


class ControlHandler(Protocol):
    """The worker's side of `WorkerControl`. What it raises reaches the caller."""

    async def find_repository(self, source: str, branch: str | None = None) -> RepositoryFound: ...
    async def send_input(self, command_id: UUID, data: bytes, *, end: bool) -> None: ...
    async def resize(self, command_id: UUID, terminal: Terminal) -> None: ...
    async def signal(self, command_id: UUID, name: str) -> None: ...
    async def write_file(self, asked: FileWriteAsked) -> FileWritten: ...
    async def check(self) -> None: ...


class ControlServer(Protocol):
    def serve(
        self, worker_id: str, handler: ControlHandler, trees: TreeReader | None = None
    ) -> AbstractAsyncContextManager[None]:
        """Answers the requests to this worker, and its share of those to any, while the context is entered.

        Requests about one command are handled in the order they came, others side by side.
        """
        ...
