"""Task files where they lie: on a branch of a project's repository, and in the snapshots of sessions."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from quarterdeck.application.trees import Home

MAX_FILE_BYTES = 2 * 1024 * 1024
"""Of one file; what is larger is not read at all."""
MAX_COMMITS = 50
"""Whose authors are told apart; what is older counts as the oldest one's."""


@dataclass(frozen=True, kw_only=True)
class BranchFiles:
    """Files of a branch of a project's repository."""

    project_id: UUID
    repository: str
    branch: str
    paths: tuple[str, ...]
    since: str = ""
    """The commit that they were read at before; empty: never."""


@dataclass(frozen=True, kw_only=True)
class FoundFile:
    blob: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class FoundCommit:
    """One that changed a file, by what it says of itself."""

    commit: str
    author: str
    """As `NAME <MAIL>`."""
    blobs: Mapping[str, str]
    """By path, those that it has."""


@dataclass(frozen=True, kw_only=True)
class FoundFiles:
    commit: str
    files: Mapping[str, FoundFile]
    """By path. One that is not there is left out."""
    commits: tuple[FoundCommit, ...] = ()
    """Since the commit that was asked for, the oldest first."""


@dataclass(frozen=True, kw_only=True)
class CommitAsked:
    """A commit of these files on top of `onto`, at the end of the branch."""

    project_id: UUID
    repository: str
    branch: str
    onto: str
    files: Mapping[str, bytes]
    name: str
    mail: str
    made_at: datetime
    message: str


@dataclass(frozen=True, kw_only=True)
class CommitMade:
    commit: str | None = None
    """None: the branch is not at `onto` any more, and nothing was written."""


@dataclass(frozen=True, kw_only=True)
class SnapshotFiles:
    """Files of a session's snapshot."""

    home: Home
    tree: str
    paths: tuple[str, ...]
    known: tuple[str, ...] = field(default=())
    """Contents that need not be given again."""


class TaskFileStore(Protocol):
    """Reads and writes them. Runs nothing and follows nothing of the repository or of what a jail wrote.

    Raises InvalidInputError where a path is a link, a folder or too large, or there is no such branch or repository;
    ConflictError where the branch must not be written, UnavailableError where the repository does not answer.
    """

    async def tip(self, asked: BranchFiles) -> str:
        """The commit that the branch is at."""
        ...

    async def read(self, asked: BranchFiles) -> FoundFiles: ...

    async def contents(self, asked: BranchFiles, blobs: Sequence[str]) -> Mapping[str, bytes]:
        """Of files that commits of the repository have, by name; those that are missing or too large left out."""
        ...

    async def commit(self, asked: CommitAsked) -> CommitMade:
        """Never by force. Done again after it was done, it writes nothing."""
        ...

    async def snapshot(self, asked: SnapshotFiles) -> FoundFiles:
        """`commit` is the tree. A file of `known` content comes without it."""
        ...


class TaskFileServer(Protocol):
    def serve(self, worker_id: str, store: TaskFileStore) -> AbstractAsyncContextManager[None]:
        """Answers this worker's share of the requests, while the context is entered."""
        ...
