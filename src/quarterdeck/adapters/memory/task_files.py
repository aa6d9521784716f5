"""Task files in memory: branches are lists of commits, and snapshots those of the workspaces in memory."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1

from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.ports.task_files import (
    BranchFiles,
    CommitAsked,
    CommitMade,
    FoundCommit,
    FoundFile,
    FoundFiles,
    SnapshotFiles,
    TaskFileStore,
)
from quarterdeck.domain.errors import BusyError, ConflictError, InvalidInputError, UnavailableError


@dataclass(frozen=True, kw_only=True)
class MemoryCommit:
    name: str
    author: str
    files: Mapping[str, bytes]


@dataclass
class MemoryTaskFiles:
    """A `TaskFileStore`, with what a person does to the branch: `edit`."""

    workspaces: MemoryWorkspaces
    branches: dict[tuple[str, str], list[MemoryCommit]] = field(
        default_factory=dict[tuple[str, str], list[MemoryCommit]]
    )
    protected: set[str] = field(default_factory=set[str])
    edited: set[str] = field(default_factory=set[str])
    """Branches in whose work trees somebody has changed the files, and not committed them."""
    refused: int = 0
    """How often that was in the way."""

    def edit(
        self, repository: str, branch: str, files: Mapping[str, bytes], author: str = "Ada <ada@example.invalid>"
    ) -> str:
        """A commit of all files that there are from then on."""
        commits = self.branches.setdefault((repository, branch), [])
        name = sha1(f"{len(commits)} {author} {sorted(files.items())}".encode(), usedforsecurity=False).hexdigest()
        commits.append(MemoryCommit(name=name, author=author, files=dict(files)))
        return name

    def files(self, repository: str, branch: str) -> Mapping[str, bytes]:
        return self.branches[repository, branch][-1].files

    async def tip(self, asked: BranchFiles) -> str:
        return self._commits(asked)[-1].name

    async def read(self, asked: BranchFiles) -> FoundFiles:
        commits = self._commits(asked)
        files = {path: _found(data) for path, data in commits[-1].files.items() if path in asked.paths}
        changing: list[FoundCommit] = []
        for place in reversed(range(len(commits))):
            if commits[place].name == asked.since or (changing and not asked.since):
                break
            blobs = _blobs(commits[place], asked.paths)
            if blobs != (_blobs(commits[place - 1], asked.paths) if place else {}):
                changing.append(FoundCommit(commit=commits[place].name, author=commits[place].author, blobs=blobs))
        return FoundFiles(commit=commits[-1].name, files=files, commits=tuple(reversed(changing)))

    async def contents(self, asked: BranchFiles, blobs: Sequence[str]) -> Mapping[str, bytes]:
        own = (commits for (repository, _), commits in self.branches.items() if repository == asked.repository)
        known = (data for commits in own for each in commits for data in each.files.values())
        return {_found(data).blob: data for data in known if _found(data).blob in blobs}

    async def commit(self, asked: CommitAsked) -> CommitMade:
        commits = self._commits(asked)
        if commits[-1].name != asked.onto:
            return CommitMade(commit=None)
        if asked.branch in self.protected:
            raise ConflictError(f"Branch {asked.branch} must not be written.", "Choose another one.")
        if asked.branch in self.edited:
            self.refused += 1
            raise BusyError("The files have changes in the work tree that are not committed.", "Commit them.")
        files = {**commits[-1].files, **asked.files}
        return CommitMade(commit=self.edit(asked.repository, asked.branch, files, f"{asked.name} <{asked.mail}>"))

    async def snapshot(self, asked: SnapshotFiles) -> FoundFiles:
        files = self.workspaces.files_of(asked.tree)
        found = {path: _found(files[path]) for path in asked.paths if path in files}
        return FoundFiles(
            commit=asked.tree,
            files={
                p: FoundFile(blob=f.blob, content=b"" if f.blob in asked.known else f.content) for p, f in found.items()
            },
        )

    def _commits(self, asked: BranchFiles | CommitAsked) -> list[MemoryCommit]:
        commits = self.branches.get((asked.repository, asked.branch))
        if not commits:
            raise InvalidInputError(f"There is no branch {asked.branch} in the repository.", "Make it.", field="branch")
        return commits


class MemoryTaskFileControl:
    """A `TaskFileStore`, that of whoever serves, and the `TaskFileServer`."""

    def __init__(self) -> None:
        self._stores: dict[str, TaskFileStore] = {}

    @asynccontextmanager
    async def serve(self, worker_id: str, store: TaskFileStore) -> AsyncGenerator[None]:
        self._stores[worker_id] = store
        try:
            yield
        finally:
            del self._stores[worker_id]

    async def tip(self, asked: BranchFiles) -> str:
        return await self._any().tip(asked)

    async def read(self, asked: BranchFiles) -> FoundFiles:
        return await self._any().read(asked)

    async def contents(self, asked: BranchFiles, blobs: Sequence[str]) -> Mapping[str, bytes]:
        return await self._any().contents(asked, blobs)

    async def commit(self, asked: CommitAsked) -> CommitMade:
        return await self._any().commit(asked)

    async def snapshot(self, asked: SnapshotFiles) -> FoundFiles:
        return await self._any().snapshot(asked)

    def _any(self) -> TaskFileStore:
        if not self._stores:
            raise UnavailableError("No worker answers.", "Start one with `quarterdeck serve worker`.")
        return next(iter(self._stores.values()))


def _found(content: bytes) -> FoundFile:
    name = sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()
    return FoundFile(blob=name, content=content)


def _blobs(commit: MemoryCommit, paths: Sequence[str]) -> dict[str, str]:
    return {path: _found(data).blob for path, data in commit.files.items() if path in paths}
