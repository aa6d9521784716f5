"""The record as the API gives it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from quarterdeck.application.frames import Frame, FrameKind
from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.contents import Scope
from quarterdeck.audit.over_api import raw_event, synchronously
from quarterdeck.audit.records.entry import Entry, has_output
from quarterdeck.audit.records.part import Part
from quarterdeck_cli import ids
from quarterdeck_cli.api import transcripts
from quarterdeck_cli.api.events import Event, events
from quarterdeck_cli.client import Client

FRAMES_AT_ONCE = 16
"""Fetched from the other thread; each has at most 256 KiB."""


def entries(client: Client, part: Part, end: int) -> Iterator[Entry]:
    """Up to a position of the log, for a thread other than the caller's, whose loop fetches it."""
    loop = asyncio.get_running_loop()
    rows = synchronously(_rows(client, part, end), loop)
    return (
        Entry(
            row=row,
            frames=synchronously(_frames(client, row.stream_id), loop, FRAMES_AT_ONCE) if has_output(row) else None,
        )
        for row in rows
    )


def events_of(client: Client, part: Part, after: int = 0) -> AsyncIterator[Event]:
    """Those after a position."""
    project = ids.global_id("Project", part.id) if part.scope is Scope.PROJECT and part.id else None
    session = ids.global_id("Session", part.id) if part.scope is Scope.SESSION and part.id else None
    return events(client, project_id=project, session_id=session, after=after)


async def _rows(client: Client, part: Part, end: int) -> AsyncIterator[RawEvent]:
    async for event in events_of(client, part):
        if event.position > end:
            return
        yield raw_event(event)


async def _frames(client: Client, command_id: UUID) -> AsyncIterator[Frame]:
    async for frame in transcripts.frames(client, ids.global_id("Command", command_id)):
        yield Frame(FrameKind[frame.kind], frame.offset, frame.time_us, frame.data)
