"""Exports by request, in memory: the client and the server are one object; and an exporter of trees in memory."""

import io
import tarfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha1

from quarterdeck.adapters.memory.workspaces import MemoryWorkspaces
from quarterdeck.application.export_requests import BranchAsked, ContentAsked, LeftOut, OpenedContent, WrittenBranch
from quarterdeck.application.ports.exports import WorkspaceExporter
from quarterdeck.domain.errors import ConflictError, UnavailableError
from quarterdeck.domain.exports import ExportFormat


class MemoryExports:
    """`ExportControl` and `ExportServer`."""

    def __init__(self) -> None:
        self._exporters: dict[str, WorkspaceExporter] = {}

    @asynccontextmanager
    async def serve(self, worker_id: str, exporter: WorkspaceExporter) -> AsyncGenerator[None]:
        self._exporters[worker_id] = exporter
        try:
            yield
        finally:
            del self._exporters[worker_id]

    @asynccontextmanager
    async def content(self, worker_id: str | None, asked: ContentAsked) -> AsyncGenerator[OpenedContent]:
        yield await self._of(worker_id).open(asked)

    async def write_branch(self, worker_id: str | None, asked: BranchAsked) -> WrittenBranch:
        return await self._of(worker_id).write_branch(asked)

    def _of(self, worker_id: str | None) -> WorkspaceExporter:
        try:
            return self._exporters[worker_id or next(iter(self._exporters), "")]
        except KeyError:
            raise UnavailableError("No worker answers.", "Start one with `quarterdeck serve worker`.") from None


@dataclass
class MemoryExporter:
    """A patch is the lines that it says and the paths; branches are kept in `branches`, by repository and name."""

    workspaces: MemoryWorkspaces
    branches: dict[tuple[str, str], str] = field(default_factory=dict[tuple[str, str], str])

    async def open(self, asked: ContentAsked) -> OpenedContent:
        files = self.workspaces.files_of(asked.tree)
        if asked.format is ExportFormat.PATCH:
            content = "".join(f"{line}\n" for line in (*asked.said, *sorted(files))).encode()
        else:
            content = _tar(files, asked.folder)
        return OpenedContent(left_out=LeftOut(), chunks=_in_parts(content))

    async def write_branch(self, asked: BranchAsked) -> WrittenBranch:
        self.workspaces.files_of(asked.tree)
        place = asked.repository, asked.branch
        commit = sha1(f"{asked.tree}{asked.message}".encode(), usedforsecurity=False).hexdigest()
        tip = self.branches.get(place)
        if tip is not None and tip not in {*asked.known, commit}:
            raise ConflictError(f"There is a branch {asked.branch} already.", "Choose another name with --branch.")
        self.branches[place] = commit
        return WrittenBranch(commit=commit)


def _tar(files: Mapping[str, bytes], folder: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return out.getvalue()


async def _in_parts(content: bytes) -> AsyncGenerator[bytes]:
    for start in range(0, len(content), 1000):
        yield content[start : start + 1000]
