"""Copies of git repositories on this host: the `Workspaces` port for real."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from pygit2 import GitError

from quarterdeck.adapters.disks.disks import SessionDisks, why_not
from quarterdeck.adapters.git import records, shells, sources
from quarterdeck.adapters.git.caps import Caps
from quarterdeck.adapters.git.checkouts import Checkouts
from quarterdeck.adapters.git.files import write_atomically
from quarterdeck.adapters.git.layout import Layout
from quarterdeck.adapters.git.locks import exclusive
from quarterdeck.adapters.git.look import branch_commit, look
from quarterdeck.adapters.git.measure import measured
from quarterdeck.adapters.git.mirrors import Mirrors, Patience
from quarterdeck.adapters.git.objects import Objects
from quarterdeck.adapters.git.overlay import overlay_works
from quarterdeck.adapters.git.preparation import Preparation, remove_copy
from quarterdeck.adapters.git.program import CONFIG, Git
from quarterdeck.adapters.git.steps import paged, steps
from quarterdeck.adapters.git.trees import SessionTrees, open_trees, tree_name
from quarterdeck.adapters.git.usage import use_of
from quarterdeck.application.ports.control import RepositoryFound
from quarterdeck.application.ports.workspaces import (
    FileChange,
    PreparedWorkspace,
    WorkspaceTree,
    WorkspaceUse,
)
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.point import Point
from quarterdeck.domain.quota import LargestPath, QuotaLimit, WorkspaceQuota

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Options:
    """Beside where and for whom."""

    author: tuple[str, str] = ("Quarterdeck", "session@quarterdeck.invalid")
    """Name and address of commits made in sessions that set no others."""
    patience: Patience = field(default_factory=Patience)
    caps: Caps = field(default_factory=Caps)
    kept_checkouts: int = 3
    disks: bool | None = None
    """Whether sessions with a quota get disks of their own; None: where this host lets us mount them."""
    bwrap: Path | None = None
    """The bubblewrap to try overlays with; None: the one at hand."""


class GitWorkspaces:
    """Keeps mirrors, checkouts, sessions and their trees under `state_dir`.

    `jail_uid`: who owns what jails see; None: the worker's own user. `overlay`: None tries once whether that user
    may mount overlays.
    """

    def __init__(
        self, state_dir: Path, jail_uid: int | None, *, overlay: bool | None = None, options: Options | None = None
    ) -> None:
        self._options = options or Options()
        self._layout = Layout(root=state_dir, jail_uid=jail_uid)
        self._layout.create()
        write_atomically(self._layout.config, CONFIG.encode(), mode=0o644)  # the jail's user runs git as well
        self._overlay = overlay
        self._disks = SessionDisks(self._layout.disks)
        self._disk = self._options.disks
        self._probing = threading.Lock()
        self._git = Git(config=self._layout.config)
        self._mirrors = Mirrors(layout=self._layout, git=self._git, patience=self._options.patience)
        self._checkouts = Checkouts(layout=self._layout, git=self._git, keep=self._options.kept_checkouts)
        self._open: dict[UUID, SessionTrees] = {}
        # a fetch can take an hour: trees, which commands wait for, have threads of their own
        self._slow = ThreadPoolExecutor(max_workers=8, thread_name_prefix="git")
        self._fast = ThreadPoolExecutor(max_workers=4, thread_name_prefix="tree")

    async def find(self, source: str, branch: str | None = None) -> RepositoryFound:
        return await self._in(self._slow, lambda: self._find(source, branch))

    async def mirror(self, project_id: UUID, source: str) -> None:
        await self._in(self._slow, lambda: self._mirrors.update(project_id, sources.parse(source)))

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
        return await self._in(self._slow, lambda: self._prepare(session_id, project_id, source, ref, quota, commit))

    async def find_prepared(self, session_id: UUID) -> PreparedWorkspace | None:
        return await self._in(self._fast, lambda: self._prepared(session_id))

    async def tree(self, session_id: UUID, since: str, *, keep_ignored: bool = False) -> WorkspaceTree:
        return await self._in(self._fast, lambda: self._trees(session_id).tree(since, keep_ignored=keep_ignored))

    async def steps(
        self, session_id: UUID, project_id: UUID, before: str, after: str
    ) -> AsyncIterator[Sequence[FileChange]]:
        objects = Objects(self._layout.kept(session_id) / "objects", self._layout.mirror(project_id) / "objects")
        pages = paged(steps(objects, tree_name(before), tree_name(after)))
        try:
            while page := await self._in(self._slow, lambda: next(pages, None)):
                yield page
        except (KeyError, GitError):
            raise NotFoundError("The files of that point are not on this host any more.") from None

    async def keep_shell(self, session_id: UUID, by: UUID, state: bytes | None, *, known: bool = True) -> None:
        await self._in(self._fast, lambda: shells.keep(self._layout.shells(session_id), by, state, known=known))

    async def shell(self, session_id: UUID, point: Point) -> bytes | None:
        folder = self._layout.shells(session_id)
        return await self._in(self._fast, lambda: shells.find(folder, point.command_id, before=point.before))

    async def use(self, session_id: UUID) -> WorkspaceUse | None:
        return await self._in(self._fast, lambda: self._use(session_id))

    async def largest(self, session_id: UUID, limit: QuotaLimit) -> Sequence[LargestPath]:
        return await self._in(self._slow, lambda: self._largest(session_id, limit))

    async def put_away(self, session_id: UUID) -> None:
        self._open.pop(session_id, None)
        await self._in(self._slow, lambda: self._disks.put_away(session_id))

    async def discard(self, session_id: UUID) -> None:
        await self._in(self._slow, lambda: self._discard(session_id))

    async def sessions(self) -> Sequence[UUID]:
        return await self._in(self._fast, self._sessions)

    async def overlays(self) -> bool:
        """Whether sessions get an overlay (else a clone)."""
        return await self._in(self._slow, self._overlay_works)

    def close(self) -> None:
        """Waits for what is under way."""
        self._slow.shutdown()
        self._fast.shutdown()

    @staticmethod
    async def _in(pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, work)

    def _find(self, text: str, wanted: str | None) -> RepositoryFound:
        source = sources.parse(text)
        listing = look(self._git, source, self._options.patience.look)
        commit, branch = listing.head, listing.branch.decode(errors="backslashreplace") if listing.branch else "HEAD"
        if wanted is not None:
            branch, commit = wanted, branch_commit(listing, source, wanted)
        return RepositoryFound(
            source=source.stored, name=source.name, default_branch=branch, head_commit=commit.decode()
        )

    def _prepare(
        self,
        session_id: UUID,
        project_id: UUID,
        source: str,
        ref: str,
        quota: WorkspaceQuota | None,
        commit: str | None,
    ) -> PreparedWorkspace:
        with exclusive(self._layout.session_lock(session_id)):
            ready = self._prepared(session_id)
            if ready is not None:
                return ready
            preparation = Preparation(
                layout=self._layout,
                mirrors=self._mirrors,
                checkouts=self._checkouts,
                author=self._options.author,
                overlay=self._overlay_works(),
                quota=quota,
                disks=self._disks,
                may_mount=self._disks_work(),
            )
            return preparation.prepare(session_id, project_id, sources.parse(source), ref, commit)

    def _prepared(self, session_id: UUID) -> PreparedWorkspace | None:
        record = records.load(self._layout, session_id)
        if record is None or (record.disk and not self._disks.take_up(session_id)):
            return None
        workspace = records.workspace(self._layout, session_id, record)
        return workspace if workspace.upper.is_dir() else None

    def _sessions(self) -> list[UUID]:
        """With those whose making was cut off."""
        return sorted({*records.session_ids(self._layout), *self._disks.ids()})

    def _use(self, session_id: UUID) -> WorkspaceUse | None:
        record, workspace = records.load(self._layout, session_id), self._prepared(session_id)
        return use_of(self._layout, self._disks, workspace, record) if workspace and record else None

    def _largest(self, session_id: UUID, limit: QuotaLimit) -> tuple[LargestPath, ...]:
        workspace = self._prepared(session_id)
        return measured(workspace.upper, limit).largest() if workspace else ()

    def _trees(self, session_id: UUID) -> SessionTrees:
        trees = self._open.get(session_id)
        if trees is None:
            workspace = self._prepared(session_id)
            if workspace is None:
                raise NotFoundError("This session has no workspace on this host.")
            made = open_trees(self._layout.store(session_id), workspace, self._options.caps)
            trees = self._open.setdefault(session_id, made)
        return trees

    def _discard(self, session_id: UUID) -> None:
        with exclusive(self._layout.session_lock(session_id)):
            self._open.pop(session_id, None)
            record = records.load(self._layout, session_id)
            remove_copy(self._layout, self._disks, session_id)
            if record is not None:
                records.remove(self._layout, session_id)
        if record is not None:
            self._prune(record.project_id)

    def _prune(self, project_id: UUID) -> None:
        found = [records.load(self._layout, session_id) for session_id in records.session_ids(self._layout)]
        used = {record.base_commit for record in found if record and record.project_id == project_id}
        self._checkouts.prune(project_id, used)

    def _disks_work(self) -> bool:
        with self._probing:
            if self._disk is None:
                self._disk = not why_not(self._layout.disks)
            return self._disk

    def _overlay_works(self) -> bool:
        with self._probing:
            if self._overlay is None:
                self._overlay = overlay_works(self._layout, self._options.bwrap)
            return self._overlay
