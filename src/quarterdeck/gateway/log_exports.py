"""Downloads of the log: events one a line, as they are or as CloudEvents; of those that a filter leaves."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum

import orjson
from starlette.requests import Request
from strawberry.utils.str_converters import to_camel_case

from quarterdeck.application.ports.callers import Caller
from quarterdeck.application.ports.log import EventFilter, RawEvent
from quarterdeck.audit.formats import cloudevents
from quarterdeck.audit.holes import Holes
from quarterdeck.domain.erasure import PayloadErased
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.gateway.downloads import Downloads, attachment
from quarterdeck_schema.access import watched_project
from quarterdeck_schema.context import RequestContext
from quarterdeck_schema.events.filters import event_filter
from quarterdeck_schema.events.pages import visible
from quarterdeck_schema.events.types import Event, event_of
from quarterdeck_schema.scalars import utc

ROUTE = "/log/events.{form}"
PAGE = 500
TOPIC = "topic"
PARAMETERS = frozenset(
    {"project_id", "session_id", TOPIC, "stream_id", "correlation_id", "actor_kind", "actor_id", "since", "until"}
)
"""As the arguments of the query `events`; `topic` may be repeated."""
WIRE = [(each.name, to_camel_case(each.name)) for each in fields(Event)]
"""An event's fields, and what the API calls them."""


class Form(StrEnum):
    JSONL = "jsonl"
    """As `qd events list --json` has them."""
    CLOUDEVENTS = "cloudevents"


_NAMES = {Form.JSONL: "events.jsonl", Form.CLOUDEVENTS: "events.cloudevents.jsonl"}


@dataclass(frozen=True)
class Asked:
    form: Form
    chosen: EventFilter


@dataclass(frozen=True)
class LogFile:
    context: RequestContext
    asked: Asked
    end: int
    """The log's head when it was asked for."""

    async def chunks(self) -> AsyncGenerator[bytes]:
        line = await self._line()
        position, empty = 0, True
        while rows := await self._page(position):
            # beside the event loop, which others wait for
            yield await asyncio.to_thread(_joined, rows, line)
            position, empty = rows[-1].position, False
        if empty:
            yield b""

    async def _page(self, position: int) -> Sequence[RawEvent]:
        seen = await visible(self.context, self.asked.chosen)
        return await self.context.services.rows.raw(position, PAGE, seen, before=self.end + 1)

    async def _line(self) -> Callable[[RawEvent], bytes]:
        if self.asked.form is Form.JSONL:
            return _event_line
        reasons = await self._reasons()
        return lambda row: cloudevents.line(row, reasons.get(row.position))

    async def _reasons(self) -> Mapping[int, str]:
        """Why what was erased was: the record of it may come long after the hole."""
        holes, position, records = Holes(), 0, EventFilter(topics=[PayloadErased.TOPIC])
        seen = await visible(self.context, records)
        while rows := await self.context.services.rows.raw(position, PAGE, seen):
            for row in rows:
                holes.take(row)
            position = rows[-1].position
        return holes.reasons


class LogExports(Downloads[Asked, LogFile]):
    scope = "event:read"

    def asked(self, request: Request) -> Asked:
        with suppress(ValueError):
            return Asked(Form(request.path_params["form"]), _chosen(request))
        raise NotFoundError("There is nothing to download here.", "Ask for events.jsonl or events.cloudevents.")

    @asynccontextmanager
    async def content(self, caller: Caller, asked: Asked) -> AsyncGenerator[LogFile]:
        await self.check(caller, asked)
        context = self.gateway.context(caller, caller.correlation_id)
        yield LogFile(context, asked, await self.gateway.services.log.head())

    async def check(self, caller: Caller, asked: Asked) -> None:
        for project_id in asked.chosen.project_ids or ():
            await watched_project(self.gateway.context(caller, caller.correlation_id), project_id)

    def headers(self, content: LogFile) -> Sequence[tuple[bytes, bytes]]:
        return attachment(_NAMES[content.asked.form], "application/jsonl")


def _chosen(request: Request) -> EventFilter:
    given = request.query_params
    for name in given:
        if name not in PARAMETERS:
            raise InvalidInputError(
                f"There is no parameter {name[:40]!r}.", f"There are {', '.join(sorted(PARAMETERS))}.", field=name
            )
    text = given.get
    return event_filter(
        project_id=text("project_id"),
        session_id=text("session_id"),
        topics=given.getlist(TOPIC) or None,
        stream_id=text("stream_id"),
        correlation_id=text("correlation_id"),
        actor_kind=text("actor_kind"),
        actor_id=text("actor_id"),
        since=_time("since", text("since")),
        until=_time("until", text("until")),
    )


def _time(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInputError(
            f"{text[:40]!r} is no time.", "Write it as in 2026-11-30T12:00:00Z.", field=name
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _joined(rows: Sequence[RawEvent], line: Callable[[RawEvent], bytes]) -> bytes:
    return b"".join(map(line, rows))


def _event_line(row: RawEvent) -> bytes:
    event = event_of(row)
    shown = {wire: getattr(event, name) for name, wire in WIRE} | {"recordedAt": utc(event.recorded_at)}
    return orjson.dumps(shown, option=orjson.OPT_APPEND_NEWLINE)
