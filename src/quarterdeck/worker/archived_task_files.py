"""Task files of snapshots that are not on this host, or not any more: they are taken back first."""

from collections.abc import Mapping, Sequence

from quarterdeck.application.ports.task_files import (
    BranchFiles,
    CommitAsked,
    CommitMade,
    FoundFiles,
    SnapshotFiles,
    TaskFileStore,
)
from quarterdeck.worker.archived_trees import Retriever


class ArchivedTaskFiles:
    """A `TaskFileStore`."""

    def __init__(self, local: TaskFileStore, retriever: Retriever) -> None:
        self._local, self._retriever = local, retriever

    async def tip(self, asked: BranchFiles) -> str:
        return await self._local.tip(asked)

    async def read(self, asked: BranchFiles) -> FoundFiles:
        return await self._local.read(asked)

    async def contents(self, asked: BranchFiles, blobs: Sequence[str]) -> Mapping[str, bytes]:
        return await self._local.contents(asked, blobs)

    async def commit(self, asked: CommitAsked) -> CommitMade:
        return await self._local.commit(asked)

    async def snapshot(self, asked: SnapshotFiles) -> FoundFiles:
        return await self._retriever.retrieving(lambda: self._local.snapshot(asked), asked.home)
