"""Downloads of single files of a session at a point in time: their very bytes, however large."""

import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from starlette.requests import Request

from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.snapshots import Place, Snapshots
from quarterdeck.application.trees import MAX_READ_BYTES, FileContent, FileKind
from quarterdeck.domain.errors import InvalidInputError, NotFoundError, UnavailableError
from quarterdeck.gateway.downloads import Downloads, attachment
from quarterdeck_schema.exports.download import DOWNLOADS

ROUTE = DOWNLOADS + "/{session}/{tree}/file"
"""With the file's path as the parameter `path`."""
MEDIA = "application/octet-stream"
_TREE = re.compile(r"[0-9a-f]{40}")
_PLAIN = {FileKind.FILE, FileKind.EXECUTABLE}


class Asked(NamedTuple):
    session_id: UUID
    tree: str
    path: str


@dataclass(frozen=True)
class SessionFile:
    snapshots: Snapshots
    place: Place
    tree: str
    first: FileContent

    async def chunks(self) -> AsyncGenerator[bytes]:
        part = self.first
        yield part.data
        while (offset := part.offset + len(part.data)) < part.size:
            part = await self.snapshots.read_file(self.place, self.tree, self.first.path, offset, MAX_READ_BYTES)
            if not part.data:
                raise UnavailableError("The rest of the file is not there any more.")
            yield part.data


class FileDownloads(Downloads[Asked, SessionFile]):
    scope = "session:read"

    def asked(self, request: Request) -> Asked:
        tree = _TREE.fullmatch(request.path_params["tree"])
        with suppress(ValueError):
            if tree:
                return Asked(UUID(request.path_params["session"]), tree[0], _path(request))
        raise NotFoundError("There is nothing to download here.", "Name a session, and a tree of its snapshots.")

    @asynccontextmanager
    async def content(self, caller: Caller, asked: Asked) -> AsyncGenerator[SessionFile]:
        services = self.gateway.services
        source = await services.exports.source(caller, asked.session_id, asked.tree)
        tree = source.snapshot.tree
        first = await services.snapshots.read_file(source.place, tree, asked.path, 0, MAX_READ_BYTES)
        if first.kind not in _PLAIN:
            raise InvalidInputError(
                f"That is a {first.kind.value}, not a file.", "Name what it points to.", field="path"
            )
        yield SessionFile(services.snapshots, source.place, tree, first)

    async def check(self, caller: Caller, asked: Asked) -> None:
        await self.gateway.services.exports.check(caller, asked.session_id)

    def headers(self, content: SessionFile) -> Sequence[tuple[bytes, bytes]]:
        length = (b"content-length", str(content.first.size).encode())
        return [*attachment(content.first.path.rpartition("/")[2], MEDIA), length]


def _path(request: Request) -> str:
    paths = request.query_params.getlist("path")
    if len(paths) != 1:
        raise InvalidInputError("Which file?", "Name one by the parameter `path`.", field="path")
    return paths[0]
