"""Task files in repositories: the `TaskFileStore` port for real. Git objects are read and made as bytes."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pygit2.enums import ObjectType

from quarterdeck.adapters.git import mirror_state, sources
from quarterdeck.adapters.git.failures import did_you_mean
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.lookup import find
from quarterdeck.adapters.git.mirror_state import MirrorState
from quarterdeck.adapters.git.mirrors import Mirrors, Patience
from quarterdeck.adapters.git.objects import EXECUTABLE, FILE, LINK, SUBMODULE, TREE, Objects
from quarterdeck.adapters.git.program import Git
from quarterdeck.adapters.git.task_commits import put_commit, settle_left
from quarterdeck.adapters.git.trees import tree_name
from quarterdeck.application.errors import MissingSnapshotsError
from quarterdeck.application.ports.task_files import (
    MAX_COMMITS,
    MAX_FILE_BYTES,
    BranchFiles,
    CommitAsked,
    CommitMade,
    FoundCommit,
    FoundFile,
    FoundFiles,
    SnapshotFiles,
)
from quarterdeck.domain.errors import InvalidInputError, LimitExceededError, QuarterdeckError, UnavailableError

T = TypeVar("T")
MAX_WALKED = 2_000
"""Commits looked at for those that changed a file."""


class GitTaskFiles:
    """Beside the workspaces, whose mirrors and stores it reads."""

    def __init__(self, state_dir: Path, *, patience: Patience | None = None) -> None:
        self._layout = Layout(root=state_dir, jail_uid=None)
        self._git = Git(config=self._layout.config)
        self._patience = patience or Patience(remote_fresh=5, fetch=600)
        self._mirrors = Mirrors(layout=self._layout, git=self._git, patience=self._patience)
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="task-files")
        self._pool.submit(self._settle_all)

    async def tip(self, asked: BranchFiles) -> str:
        return await self._run(lambda: self._tip(asked))

    async def read(self, asked: BranchFiles) -> FoundFiles:
        def found() -> FoundFiles:
            commit = self._tip(asked)
            objects = self._objects(asked.project_id)
            files = files_at(objects, _tree_of(objects, commit), asked.paths)
            commits = tuple(reversed(list(_changing(objects, commit, asked))))
            return FoundFiles(commit=commit, files=files, commits=commits)

        return await self._run(found)

    async def contents(self, asked: BranchFiles, blobs: Sequence[str]) -> Mapping[str, bytes]:
        def found() -> dict[str, bytes]:
            self._mirrors.current(asked.project_id, sources.parse(asked.repository))
            objects = self._objects(asked.project_id)
            return {name: data for name in blobs if (data := _content(objects, name)) is not None}

        return await self._run(found)

    async def commit(self, asked: CommitAsked) -> CommitMade:
        return await self._run(lambda: self._commit(asked))

    async def snapshot(self, asked: SnapshotFiles) -> FoundFiles:
        def found() -> FoundFiles:
            store = self._layout.kept(asked.home.session_id) / "objects"
            if not store.exists():
                raise MissingSnapshotsError("The snapshots of this session are not on this host.")
            mirror = self._layout.mirror(asked.home.project_id) / "objects"
            objects = Objects(store, *([mirror] if mirror.is_dir() else []))
            try:
                files = files_at(objects, tree_name(asked.tree), asked.paths, asked.known)
            except KeyError as error:
                raise MissingSnapshotsError(
                    f"Object {error.args[0]} of this session's snapshots is not here."
                ) from None
            return FoundFiles(commit=asked.tree, files=files)

        return await self._run(found)

    def close(self) -> None:
        """Waits for what is under way."""
        self._pool.shutdown()

    def _settle_all(self) -> None:
        """At once, for somebody's git waits for the lock that a killed worker has left. Else the next look does it."""
        for source in mirror_state.sources_of(self._layout):
            with suppress(QuarterdeckError):
                settle_left(self._git, source, self._patience.look)

    def _commit(self, asked: CommitAsked) -> CommitMade:
        made = put_commit(self._git, self._layout, asked, self._patience.fetch)
        if made.commit is None:
            # what the branch is at now is to be read at once
            self._mirrors.update(asked.project_id, sources.parse(asked.repository))
        return made

    def _tip(self, asked: BranchFiles) -> str:
        source = sources.parse(asked.repository)
        settle_left(self._git, asked.repository, self._patience.look)
        state = self._mirrors.current(asked.project_id, source)
        commit = state.find(b"refs/heads/" + asked.branch.encode(errors="surrogateescape"))
        if commit is None:
            raise _no_branch(state, asked)
        return commit.decode()

    def _objects(self, project_id: UUID) -> Objects:
        return Objects(self._layout.mirror(project_id) / "objects")

    async def _run(self, work: Callable[[], T]) -> T:
        def worked() -> T:
            try:
                return work()
            except KeyError as error:
                raise UnavailableError(
                    f"The repository lacks object {error.args[0]}.", "Run `git fsck` in it; it may be damaged."
                ) from None

        return await asyncio.get_running_loop().run_in_executor(self._pool, worked)


def files_at(objects: Objects, tree: bytes, paths: Sequence[str], known: Sequence[str] = ()) -> dict[str, FoundFile]:
    """Raises InvalidInputError for what is no file, LimitExceededError for one that is too large."""
    found: dict[str, FoundFile] = {}
    for path in paths:
        entry = find(objects, tree, path.encode())
        if entry is None:
            continue
        mode, name = entry
        if mode in _NO_FILE:
            raise InvalidInputError(
                f"{path} is {_NO_FILE[mode]} on that branch, and is not followed.", "Name a file.", field="paths"
            )
        if name.hex() in known:
            found[path] = FoundFile(blob=name.hex(), content=b"")
            continue
        if (size := objects.size(name)) > MAX_FILE_BYTES:
            raise LimitExceededError(
                f"{path} has {size:,} bytes; at most {MAX_FILE_BYTES:,} are read.",
                "Move finished tasks to a file of their own.",
            )
        found[path] = FoundFile(blob=name.hex(), content=objects.blob(name))
    return found


_NO_FILE = {LINK: "a symbolic link", SUBMODULE: "a submodule", TREE: "a folder"}


def _changing(objects: Objects, tip: str, asked: BranchFiles) -> Iterator[FoundCommit]:
    """The newest first. Along first parents: what came with a merge is the merge's."""
    here, given = _Commit(objects, tip), 0
    for _ in range(MAX_WALKED):
        if here.name == asked.since or given == MAX_COMMITS:
            return
        above = _Commit(objects, here.parent) if here.parent else None
        blobs = _blobs(objects, here.tree, asked.paths)
        if blobs != (_blobs(objects, above.tree, asked.paths) if above else {}):
            given += 1
            yield FoundCommit(commit=here.name, author=here.author, blobs=blobs)
            if not asked.since:
                return
        if above is None:
            return
        here = above


class _Commit:
    def __init__(self, objects: Objects, name: str) -> None:
        kind, content = objects.read(name)
        if kind != ObjectType.COMMIT:
            raise KeyError(name)
        head = content.partition(b"\n\n")[0].split(b"\n")
        fields = [line.partition(b" ")[::2] for line in head]
        self.name = name
        self.tree = bytes.fromhex(next(value for key, value in fields if key == b"tree").decode())
        self.parent = next((value.decode() for key, value in fields if key == b"parent"), "")
        self.author = _author(next((value for key, value in fields if key == b"author"), b""))


def _tree_of(objects: Objects, commit: str) -> bytes:
    return _Commit(objects, commit).tree


def _author(line: bytes) -> str:
    """Without the time, on one line, and nothing that steers a terminal."""
    text = line.rpartition(b">")[0].decode(errors="replace")
    return "".join(each if each.isprintable() else "\ufffd" for each in text)[:200] + ">" if text else "unknown <>"


def _blobs(objects: Objects, tree: bytes, paths: Sequence[str]) -> dict[str, str]:
    found = {path: find(objects, tree, path.encode()) for path in paths}
    return {path: entry[1].hex() for path, entry in found.items() if entry and entry[0] in {FILE, EXECUTABLE}}


def _content(objects: Objects, name: str) -> bytes | None:
    try:
        blob = bytes.fromhex(name)
        return objects.blob(blob) if objects.size(blob) <= MAX_FILE_BYTES else None
    except KeyError:
        return None


def _no_branch(state: MirrorState, asked: BranchFiles) -> InvalidInputError:
    names = [name.removeprefix(b"refs/heads/") for name, _, _ in state.refs if name.startswith(b"refs/heads/")]
    return InvalidInputError(
        f"There is no branch {asked.branch[:80]} in the repository.",
        did_you_mean(asked.branch, names) or "Commit something to it first.",
        field="branch",
    )
