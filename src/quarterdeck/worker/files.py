"""A session's files as trees: what is known of them, and when that has to be looked at again."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from quarterdeck.application.errors import ConcurrencyError
from quarterdeck.application.journal import Journal
from quarterdeck.application.ports.log import LoggedEvent, StreamWrite
from quarterdeck.application.ports.workspaces import Workspaces, WorkspaceTree
from quarterdeck.application.streams import WORKSPACE
from quarterdeck.domain import workspace
from quarterdeck.domain.base import fold
from quarterdeck.domain.quota import QuotaExceeded
from quarterdeck.domain.workspace import (
    SnapshotTaken,
    Workspace,
    WorkspaceEvent,
    WorkspaceFileWritten,
    WorkspaceState,
    workspace_id,
)


class SessionFiles:
    """Used under `lock`, by one command after the other: what one finds, the next builds on."""

    def __init__(
        self, session_id: UUID, workspaces: Workspaces, known: Workspace, version: int, *, settled: bool
    ) -> None:
        self.session_id = session_id
        self.lock = asyncio.Lock()
        self.known = known
        """As the log has them."""
        self._workspaces = workspaces
        self._version = version
        self._next: WorkspaceState = known
        self.keep_ignored = False
        self.settled = settled
        """Nothing has run since `tree` was taken that could have written."""
        self.starts = 0
        """Commands begun so far."""

    @classmethod
    async def load(cls, session_id: UUID, workspaces: Workspaces, journal: Journal) -> "SessionFiles":
        """Of a session that something may have run in."""
        read = await journal.read(WORKSPACE, workspace_id(session_id))
        return cls(session_id, workspaces, workspace.existing(read.state), read.version, settled=False)

    @property
    def tree(self) -> str:
        """The last one that the log knows."""
        return self.known.tree

    async def look(self) -> WorkspaceTree:
        """The files now, compared with the tree that is known."""
        if self.settled:
            known = self.known
            return WorkspaceTree(tree=known.tree, skipped=known.skipped, skipped_total=known.skipped_total)
        return await self.since(self.tree)

    def begin(self) -> None:
        """A command is about to start."""
        self.settled = False
        self.starts += 1

    async def are_as_known(self) -> bool:
        return (await self.since(self.tree)).tree == self.tree

    async def since(self, tree: str) -> WorkspaceTree:
        """The files now, compared with an earlier tree."""
        return await self._workspaces.tree(self.session_id, tree, keep_ignored=self.keep_ignored)

    def snapshot(self, found: WorkspaceTree, command_id: UUID | None) -> list[StreamWrite]:
        """What to append where the files have changed; `appended` says that it was."""
        return self._write(workspace.take_snapshot(self.known, taken(found, command_id)) if found.tree else ())

    def written(self, found: WorkspaceTree, event: WorkspaceFileWritten) -> list[StreamWrite]:
        """What to append where somebody outside has written a file."""
        return self._write((*workspace.take_snapshot(self.known, taken(found, None)), event))

    def restored(self, found: WorkspaceTree, *, shell: bool) -> list[StreamWrite]:
        """What to append where the files are what they were to become, and perhaps the `shell` too."""
        return self._write(workspace.restored(self.known, taken(found, None), shell=shell))

    def not_restored(self, found: WorkspaceTree, reason: str, next_step: str) -> list[StreamWrite]:
        """What to append where they are not, with the files as they are."""
        snapshot = workspace.take_snapshot(self.known, taken(found, None)) if found.tree else ()
        return self._write((*snapshot, *workspace.fail_restore(self.known, reason=reason, next_step=next_step)))

    def _write(self, events: tuple[WorkspaceEvent, ...]) -> list[StreamWrite]:
        if not events:
            return []
        known: WorkspaceState = self.known
        self._next = fold(workspace.evolve, known, events)
        stream_id = workspace_id(self.session_id)
        return [StreamWrite(stream_id=stream_id, expected_version=self._version, events=events)]

    def appended(self, writes: list[StreamWrite]) -> None:
        """These snapshots are in the log."""
        if writes:
            self._version += sum(len(write.events) for write in writes)
            self.known = workspace.existing(self._next)

    async def say(self, journal: Journal, writes: Callable[[], list[StreamWrite]]) -> None:
        """Appends what `writes` gives, again after each conflict, until it is in the log or there is nothing to say."""
        while made := writes():
            cause = (await journal.read(WORKSPACE, workspace_id(self.session_id))).events[-1]
            try:
                await journal.append(made, cause)
            except ConcurrencyError:
                await self.reload(journal)
                continue
            self.appended(made)
            return

    async def note(self, journal: Journal, event: QuotaExceeded, cause: LoggedEvent) -> None:
        """Logs what is no snapshot."""
        while True:
            write = StreamWrite(
                stream_id=workspace_id(self.session_id), expected_version=self._version, events=(event,)
            )
            try:
                await journal.append([write], cause)
            except ConcurrencyError:
                await self.reload(journal)
                continue
            self._version += 1
            return

    async def reload(self, journal: Journal) -> None:
        """After a conflict: what the log has is what counts."""
        read = await journal.read(WORKSPACE, workspace_id(self.session_id))
        self._version, self.known = read.version, workspace.existing(read.state)


def taken(found: WorkspaceTree, command_id: UUID | None) -> SnapshotTaken:
    return SnapshotTaken(
        command_id=command_id,
        tree=found.tree,
        files_changed=len(found.changed),
        skipped=found.skipped,
        skipped_total=found.skipped_total,
    )
