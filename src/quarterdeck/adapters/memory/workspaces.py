"""Workspaces whose files are dictionaries: path to content."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from uuid import UUID

from quarterdeck.application.ports.control import RepositoryFound
from quarterdeck.application.ports.workspaces import (
    FileChange,
    PreparedWorkspace,
    StepKind,
    WorkspaceTree,
    WorkspaceUse,
)
from quarterdeck.domain.command import ChangedFile
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.domain.point import Point
from quarterdeck.domain.quota import LargestPath, QuotaLimit, WorkspaceQuota
from quarterdeck.domain.workspace import SkippedPath

Files = Mapping[str, bytes]
IGNORED = ".ignored"
"""What the name of a file ends in that git ignores."""


@dataclass
class _Session:
    prepared: PreparedWorkspace
    files: dict[str, bytes]
    base: Files

    @property
    def written(self) -> dict[str, bytes]:
        """What is not as it was at the start."""
        return {path: content for path, content in self.files.items() if self.base.get(path) != content}

    skipped: list[SkippedPath] = field(default_factory=list[SkippedPath])


@dataclass
class MemoryWorkspaces:
    """Repositories are given with `put_branch`; what a command would write is written with `write` and `delete`."""

    host_bytes_left: int = 1 << 40
    quotas_kept_by: str = "watcher"
    lacking: tuple[str, ...] = ()
    """What is said of each new workspace."""
    _repositories: dict[str, dict[str, Files]] = field(default_factory=dict[str, dict[str, Files]])
    _trees: dict[str, Files] = field(default_factory=dict[str, Files])
    _sessions: dict[UUID, _Session] = field(default_factory=dict[UUID, _Session])
    _commits: dict[str, Files] = field(default_factory=dict[str, Files])
    _shells: dict[UUID, dict[UUID, bytes | None]] = field(default_factory=dict[UUID, dict[UUID, bytes | None]])
    """By session and command, in the order they ended. None: it could not be kept."""

    def elsewhere(self) -> "MemoryWorkspaces":
        """Another host, without a session. It knows the same repositories, and can read every tree."""
        return MemoryWorkspaces(
            host_bytes_left=self.host_bytes_left,
            quotas_kept_by=self.quotas_kept_by,
            _repositories=self._repositories,
            _trees=self._trees,
            _commits=self._commits,
        )

    def put_branch(self, source: str, branch: str, files: Files) -> None:
        """The first branch of a repository is its default."""
        self._repositories.setdefault(source, {})[branch] = dict(files)
        self._commits[_commit(files)] = dict(files)

    def write(self, session_id: UUID, path: str, content: bytes) -> None:
        self._session(session_id).files[path] = content

    def read(self, session_id: UUID, path: str) -> bytes | None:
        return self._session(session_id).files.get(path)

    def delete(self, session_id: UUID, path: str) -> None:
        del self._session(session_id).files[path]

    def skip(self, session_id: UUID, path: str, reason: str) -> None:
        """From now on there is something at the path that no tree takes."""
        self._session(session_id).skipped.append(SkippedPath(path=path, reason=reason))

    def files_of(self, tree: str) -> Files:
        if len(tree) != 40:
            raise InvalidInputError(f"{tree!r} is no name of a tree.", "Use one that a command's record shows.")
        if tree not in self._trees:
            raise NotFoundError(f"There is no tree {tree} in this session.")
        return self._trees[tree]

    async def find(self, source: str, branch: str | None = None) -> RepositoryFound:
        branches = self._branches(source)
        branch = branch or next(iter(branches))
        files = branches.get(branch)
        if files is None:
            raise InvalidInputError(
                f"There is no branch {branch!r} in {source}.",
                f"Did you mean {', '.join(branches)}?",
                field="defaultBranch",
            )
        name = source.rstrip("/").rpartition("/")[2].removesuffix(".git")
        return RepositoryFound(source=source, name=name, default_branch=branch, head_commit=_commit(files))

    async def mirror(self, project_id: UUID, source: str) -> None:
        self._branches(source)

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
        if session_id in self._sessions:
            return self._sessions[session_id].prepared
        branches = self._branches(source)
        files = self._commits.get(commit or ref) or branches.get(ref)
        if files is None:
            raise InvalidInputError(
                f"There is no branch, tag or commit {ref!r} in the repository.",
                f"Did you mean {', '.join(branches)}?",
                field="ref",
            )
        prepared = PreparedWorkspace(
            session_id=session_id,
            kind="clone",
            base_commit=_commit(files),
            tree=self._store(files),
            upper=Path("/memory") / str(session_id),
            quota=quota,
            quota_kept_by=self.quotas_kept_by if quota else "",
            notes=self.lacking,
        )
        self._sessions[session_id] = _Session(prepared, dict(files), files)
        return prepared

    async def find_prepared(self, session_id: UUID) -> PreparedWorkspace | None:
        session = self._sessions.get(session_id)
        return session.prepared if session else None

    async def tree(self, session_id: UUID, since: str, *, keep_ignored: bool = False) -> WorkspaceTree:
        session = self._session(session_id)
        files = {path: text for path, text in session.files.items() if keep_ignored or not path.endswith(IGNORED)}
        before = self.files_of(since)
        return WorkspaceTree(
            tree=self._store(files),
            changed=_differences(before, files),
            skipped=tuple(session.skipped),
            skipped_total=len(session.skipped),
        )

    async def steps(
        self, session_id: UUID, project_id: UUID, before: str, after: str
    ) -> AsyncIterator[Sequence[FileChange]]:
        if before not in self._trees or after not in self._trees:
            raise NotFoundError("The files of that point are not on this host any more.")
        old, new = self._trees[before], self._trees[after]
        gone = [FileChange(path=path.encode(), kind=StepKind.REMOVED) for path in old if path not in new]
        yield gone + [
            FileChange(path=path.encode(), kind=StepKind.FILE, content=content)
            for path, content in new.items()
            if old.get(path) != content
        ]

    async def keep_shell(self, session_id: UUID, by: UUID, state: bytes | None, *, known: bool = True) -> None:
        kept = self._shells.setdefault(session_id, {})
        last = next(reversed(kept.values()), b"")
        kept[by] = (last if state is None else state) if known else None

    async def shell(self, session_id: UUID, point: Point) -> bytes | None:
        kept = self._shells.get(session_id, {})
        commands = list(kept)
        if point.command_id is not None:
            if point.command_id not in kept:
                return None
            commands = commands[: commands.index(point.command_id) + (not point.before)]
        return kept[commands[-1]] if commands else b""

    async def use(self, session_id: UUID) -> WorkspaceUse | None:
        session = self._sessions.get(session_id)
        quota = session.prepared.quota if session else None
        if session is None or quota is None:
            return None
        written = session.written
        used = sum(map(len, written.values()))
        return WorkspaceUse(
            quota=quota,
            kept_by=session.prepared.quota_kept_by,
            bytes=used,
            files=len(written),
            bytes_left=quota.bytes - used,
            files_left=quota.files - len(written),
            host_bytes_left=self.host_bytes_left,
        )

    async def largest(self, session_id: UUID, limit: QuotaLimit) -> Sequence[LargestPath]:
        written = self._session(session_id).written
        if limit is QuotaLimit.FILES:
            folders = Counter(path.rpartition("/")[0] or "." for path in written)
            return [LargestPath(path=path, bytes=0, files=count) for path, count in folders.most_common(10)]
        by_size = sorted(written, key=lambda path: len(written[path]), reverse=True)
        return [LargestPath(path=path, bytes=len(written[path]), files=0) for path in by_size[:10]]

    async def put_away(self, session_id: UUID) -> None:
        pass

    async def discard(self, session_id: UUID) -> None:
        self._sessions.pop(session_id, None)

    async def sessions(self) -> Sequence[UUID]:
        return sorted(self._sessions)

    def _branches(self, source: str) -> dict[str, Files]:
        if source not in self._repositories:
            raise InvalidInputError(f"{source} does not exist.", "Check the path.", field="repository")
        return self._repositories[source]

    def _session(self, session_id: UUID) -> _Session:
        if session_id not in self._sessions:
            raise NotFoundError("This session has no workspace on this host.")
        return self._sessions[session_id]

    def _store(self, files: Files) -> str:
        name = _digest(b"tree", files)
        self._trees[name] = dict(files)
        return name


def _commit(files: Files) -> str:
    return _digest(b"commit", files)


def _digest(kind: bytes, files: Files) -> str:
    return sha1(repr((kind, sorted(files.items()))).encode(), usedforsecurity=False).hexdigest()


def _differences(before: Files, after: Files) -> tuple[ChangedFile, ...]:
    statuses = {
        path: "modified" if path in before and path in after else "added" if path in after else "deleted"
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    }
    return tuple(ChangedFile(path=path, status=statuses[path]) for path in sorted(statuses))
