"""Taking a workspace's files out."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from quarterdeck.application.export_requests import BranchAsked, ContentAsked, OpenedContent, WrittenBranch


class WorkspaceExporter(Protocol):
    """Takes trees of sessions out, also of those that have ended. Never runs or follows anything that a jail wrote."""

    async def open(self, asked: ContentAsked) -> OpenedContent:
        """A tar or a patch, made as it is read. Raises NotFoundError, before any of it, where something is missing."""
        ...

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        """Puts a commit onto a branch of the repository, which is new or stands at a known commit; nothing else of it
        is touched. Done again, it does nothing.

        Raises ConflictError for another branch, InvalidInputError where the repository is not on this host.
        """
        ...


class ExportControl(Protocol):
    """`WorkspaceExporter` by request to a worker; None: to any. Raises UnavailableError where none answers."""

    def content(self, worker_id: str | None, asked: ContentAsked) -> AbstractAsyncContextManager[OpenedContent]: ...
    async def write_branch(self, worker_id: str | None, asked: BranchAsked) -> WrittenBranch: ...


class ExportServer(Protocol):
    def serve(self, worker_id: str, exporter: WorkspaceExporter) -> AbstractAsyncContextManager[None]:
        """Answers the requests to this worker, and its share of those to any, while the context is entered."""
        ...
