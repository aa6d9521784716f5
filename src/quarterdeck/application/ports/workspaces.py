"""Workspaces: a session's files on a worker's host."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from uuid import UUID

from quarterdeck.application.ports.control import RepositoryFound
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.point import Point
from quarterdeck.domain.quota import LargestPath, QuotaLimit, WorkspaceQuota
from quarterdeck.domain.workspace import SkippedPath


@dataclass(frozen=True, kw_only=True)
class PreparedWorkspace:
    """A session's copy of the repository on this host.

    `kind` is `overlay` (jail mounts `lower` under `upper` with `work`) or `clone` (jail binds `upper` itself).
    """

    session_id: UUID
    kind: str
    base_commit: str
    tree: str
    upper: Path
    work: Path | None = None
    lower: Path | None = None
    read_only: tuple[Path, ...] = ()
    """Further host folders that the jail sees read-only at the same path (the mirror's objects)."""
    notes: tuple[str, ...] = ()
    """What the copy lacks though the commit names it, for the user: submodules, Git LFS content."""
    quota: WorkspaceQuota | None = None
    quota_kept_by: str = ""
    """`mount`: the file system that the copy lies on is of that size; `watcher`; or nobody."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceUse:
    """What a session has written, and how much more its quota and its host let it write."""

    quota: WorkspaceQuota
    kept_by: str
    """As `PreparedWorkspace.quota_kept_by`. A mount refuses what is too much; for a watcher it is only counted."""
    bytes: int
    files: int
    bytes_left: int
    files_left: int
    host_bytes_left: int
    """On the disk that all sessions of this host share, counting what is on its way to it."""


@dataclass(frozen=True, kw_only=True)
class WorkspaceTree:
    """The files as a git tree, and how they differ from `since`."""

    tree: str
    changed: tuple[ChangedFile, ...] = ()
    skipped: tuple[SkippedPath, ...] = ()
    """Paths left out."""
    skipped_total: int = 0
    """How many there are in all; the list holds the first."""


class StepKind(StrEnum):
    REMOVED = "removed"
    FILE = "file"
    EXECUTABLE = "executable"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One step from a tree to another. `path` is relative to the workspace; a link's content is its target."""

    path: bytes
    kind: StepKind
    content: bytes = b""


class Workspaces(Protocol):
    """Copies of repositories on this worker's host. Never runs or follows anything that a jail wrote."""

    async def find(self, source: str, branch: str | None = None) -> RepositoryFound:
        """With its own default branch, or with `branch`.

        Raises InvalidInputError: does not exist, is no repository, is empty, has a bad default branch, lacks `branch`.
        """
        ...

    async def mirror(self, project_id: UUID, source: str) -> None:
        """Brings the project's mirror up to date, making it where there is none."""
        ...

    async def prepare(
        self,
        session_id: UUID,
        project_id: UUID,
        source: str,
        ref: str,
        quota: WorkspaceQuota | None = None,
        *,
        commit: str | None = None,
    ) -> PreparedWorkspace:
        """From where `ref` is now, or from `commit`, on the branch that `ref` names."""
        ...

    async def find_prepared(self, session_id: UUID) -> PreparedWorkspace | None:
        """The workspace of a session prepared before, also by an earlier process, ready to be used."""
        ...

    async def tree(self, session_id: UUID, since: str, *, keep_ignored: bool = False) -> WorkspaceTree:
        """The files now, as a tree in the session's store, and what differs from tree `since`.

        Without files that git ignores, unless they are to be kept.
        """
        ...

    async def use(self, session_id: UUID) -> WorkspaceUse | None:
        """How much of its quota is used. None: it has no quota, or is not on this host."""
        ...

    async def largest(self, session_id: UUID, limit: QuotaLimit) -> Sequence[LargestPath]:
        """What takes most of it: files by size, or folders by their entries; of a clone, the repository's too."""
        ...

    def steps(self, session_id: UUID, project_id: UUID, before: str, after: str) -> AsyncIterator[Sequence[FileChange]]:
        """What leads from one of the session's trees to another, removals first, in pages of some MiB.

        The session may have ended.

        Raises NotFoundError where this host does not have them.
        """
        ...

    async def keep_shell(self, session_id: UUID, by: UUID, state: bytes | None, *, known: bool = True) -> None:
        """What the shell is like from now on, after the command `by` or another deed.

        `state` None: as it was before; empty: as a fresh one. Not `known`: it cannot be kept.
        """
        ...

    async def shell(self, session_id: UUID, point: Point) -> bytes | None:
        """What the shell was like at a point; empty: as a fresh one. None where that was not kept."""
        ...

    async def put_away(self, session_id: UUID) -> None:
        """Keeps the copy, but nothing of the host in use for it: its jail has ended. `find_prepared` takes it up."""
        ...

    async def discard(self, session_id: UUID) -> None:
        """Removes the copy; the store of its trees stays."""
        ...

    async def sessions(self) -> Sequence[UUID]:
        """Sessions that have a copy on this host."""
        ...
