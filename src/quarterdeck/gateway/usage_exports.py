"""Downloads of usage: series, top lists, percentiles and single facts, as CSV or Parquet."""

import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request

from quarterdeck.application.ports.callers import Caller
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.gateway.downloads import Downloads, attachment
from quarterdeck.gateway.tables.csv_file import csv_file
from quarterdeck.gateway.tables.parquet_file import parquet_file
from quarterdeck.gateway.tables.table import Format, Table
from quarterdeck.gateway.usage_tables import table_of
from quarterdeck_schema import ids
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.usage.exported import Exported, Question, asked_of, position_in

ROUTE = "/usage/{project}/{name}"
MEDIA = {Format.CSV: "text/csv; charset=utf-8; header=present", Format.PARQUET: "application/vnd.apache.parquet"}
MOST_PARAMETERS = 500
_NAME = re.compile(r"(?P<kind>[a-z]+)\.(?P<format>[a-z]+)")


@dataclass(frozen=True)
class Asked:
    project_id: UUID
    kind: Exported
    format: Format
    question: Question
    position: int | None
    """Of the log, that the facts are to have come to."""


@dataclass(frozen=True)
class UsageFile:
    kind: Exported
    format: Format
    table: Table

    def chunks(self) -> AsyncGenerator[bytes]:
        return csv_file(self.table) if self.format is Format.CSV else parquet_file(self.table)


class UsageExports(Downloads[Asked, UsageFile]):
    scope = "usage:read"

    def asked(self, request: Request) -> Asked:
        kind, form = _named(request.path_params["name"])
        project_id = ids.decode_as("Project", request.path_params["project"], "project")
        given = _parameters(request)
        return Asked(project_id, kind, form, asked_of(kind, project_id, given), position_in(given))

    @asynccontextmanager
    async def content(self, caller: Caller, asked: Asked) -> AsyncGenerator[UsageFile]:
        await self.check(caller, asked)
        reads = self.gateway.services.reads
        if asked.position is not None:
            await reads.wait_for(asked.position, "usage")
        yield UsageFile(asked.kind, asked.format, await table_of(reads, asked.question))

    async def check(self, caller: Caller, asked: Asked) -> None:
        await watched_project(self.gateway.context(caller, caller.correlation_id), asked.project_id)

    def headers(self, content: UsageFile) -> Sequence[tuple[bytes, bytes]]:
        return attachment(f"usage-{content.kind}.{content.format}", MEDIA[content.format])


def _named(name: str) -> tuple[Exported, Format]:
    found = _NAME.fullmatch(name)
    with suppress(ValueError):
        if found:
            return Exported(found["kind"]), Format(found["format"])
    raise NotFoundError("There is nothing to download here.", f"Ask for {', '.join(Exported)} as .csv or .parquet.")


def _parameters(request: Request) -> Mapping[str, Sequence[str]]:
    pairs = request.query_params.multi_items()
    if len(pairs) > MOST_PARAMETERS:
        raise InvalidInputError(f"There are more than {MOST_PARAMETERS} parameters.", "Filter by fewer values.")
    given: dict[str, list[str]] = {}
    for name, text in pairs:
        given.setdefault(name, []).append(text)
    return given
