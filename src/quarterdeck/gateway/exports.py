"""Downloads of exported workspaces, which are logged with their last byte."""

import re
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager, suppress
from typing import NamedTuple
from uuid import UUID

from starlette.requests import Request

from quarterdeck.application.exports import Download
from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.errors import NotFoundError
from quarterdeck.domain.exports import ExportFormat
from quarterdeck.gateway.downloads import Downloads, attachment
from quarterdeck_schema.exports.download import DOWNLOADS, MEDIA

ROUTE = DOWNLOADS + "/{session}/{name}"
_NAME = re.compile(r"(?P<tree>[0-9a-f]{40})\.(?P<format>tar|patch)")


class Asked(NamedTuple):
    session_id: UUID
    tree: str
    format: ExportFormat


class Exports(Downloads[Asked, Download]):
    scope = "session:read"

    def asked(self, request: Request) -> Asked:
        name = _NAME.fullmatch(request.path_params["name"])
        with suppress(ValueError):
            if name:
                return Asked(UUID(request.path_params["session"]), name["tree"], ExportFormat(name["format"]))
        raise NotFoundError("There is nothing to download here.", "Ask for an export with `qd workspace export`.")

    def content(self, caller: Caller, asked: Asked) -> AbstractAsyncContextManager[Download]:
        return self.gateway.services.exports.download(caller, *asked)

    async def check(self, caller: Caller, asked: Asked) -> None:
        await self.gateway.services.exports.check(caller, asked.session_id)

    def headers(self, content: Download) -> Sequence[tuple[bytes, bytes]]:
        return attachment(f"{content.source.folder}.{content.format.value}", MEDIA[content.format])
