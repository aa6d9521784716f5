"""Exporting trees that are not on this host, or not any more: they are taken back from the object store first."""

from quarterdeck.application.export_requests import BranchAsked, ContentAsked, OpenedContent, WrittenBranch
from quarterdeck.application.ports.exports import WorkspaceExporter
from quarterdeck.worker.archived_trees import Retriever


class ArchivedExports:
    """A `WorkspaceExporter`."""

    def __init__(self, local: WorkspaceExporter, retriever: Retriever) -> None:
        self._local, self._retriever = local, retriever

    async def open(self, asked: ContentAsked) -> OpenedContent:
        return await self._retriever.retrieving(lambda: self._local.open(asked), asked.home)

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        return await self._retriever.retrieving(lambda: self._local.write_branch(asked), asked.home)
