"""A session's files as trees: what is known of them, and when that has to be looked at again."""

import asyncio
from uuid import UUID

from quarterdeck.application.journal import Journal
from quarterdeck.application.ports import StreamWrite, Workspaces, WorkspaceTree
from quarterdeck.application.streams import WORKSPACE
from quarterdeck.domain import workspace
from quarterdeck.domain.workspace import workspace_id


class SessionFiles:
    """Used under `lock`, by one command after the other: what one finds, the next builds on."""

    def __init__(self, session_id: UUID, workspaces: Workspaces, tree: str, version: int, *, settled: bool) -> None:
        self.session_id = session_id
        self.lock = asyncio.Lock()
        self.tree = tree
        """The last one that the log knows."""
        self._workspaces = workspaces
        self._version = version
        self._next = tree
        self.settled = settled
        """Nothing has run since `tree` was taken that could have written."""
        self.starts = 0
        """Commands begun so far."""

    @classmethod
    async def load(cls, session_id: UUID, workspaces: Workspaces, journal: Journal) -> "SessionFiles":
        """Of a session that something may have run in."""
        read = await journal.read(WORKSPACE, workspace_id(session_id))
        return cls(session_id, workspaces, workspace.existing(read.state).tree, read.version, settled=False)

    async def look(self) -> WorkspaceTree:
        """The files now, compared with the tree that is known."""
        if self.settled:
            return WorkspaceTree(tree=self.tree)
        return await self._workspaces.tree(self.session_id, self.tree)

    def begin(self) -> None:
        """A command is about to start."""
        self.settled = False
        self.starts += 1

    async def are_as_known(self) -> bool:
        return (await self._workspaces.tree(self.session_id, self.tree)).tree == self.tree

    async def since(self, tree: str) -> WorkspaceTree:
        """The files now, compared with an earlier tree."""
        return await self._workspaces.tree(self.session_id, tree)

    def snapshot(self, found: WorkspaceTree, command_id: UUID | None) -> list[StreamWrite]:
        """What to append where the files have changed; `appended` says that it was."""
        if found.tree in ("", self.tree):
            return []
        self._next = found.tree
        taken = workspace.SnapshotTaken(command_id=command_id, tree=found.tree, files_changed=len(found.changed))
        return [self._write(taken)]

    def discarded(self, found: WorkspaceTree) -> list[StreamWrite]:
        """What to append when the workspace goes."""
        return [self._write(workspace.WorkspaceDiscarded(last_tree=found.tree))]

    def _write(self, event: workspace.SnapshotTaken | workspace.WorkspaceDiscarded) -> StreamWrite:
        return StreamWrite(stream_id=workspace_id(self.session_id), expected_version=self._version, events=(event,))

    def appended(self, writes: list[StreamWrite]) -> None:
        """These snapshots are in the log."""
        if writes:
            self._version += len(writes)
            self.tree = self._next

    async def reload(self, journal: Journal) -> None:
        """After a conflict: what the log has is what counts."""
        read = await journal.read(WORKSPACE, workspace_id(self.session_id))
        self._version, self.tree = read.version, workspace.existing(read.state).tree
