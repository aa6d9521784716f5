"""The record of a session as a server's API gives it. What it waits for runs in the event loop of `qd`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.over_api import raw_event, synchronously
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import events
from quarterdeck_cli.api.snapshots import FileDiff, file_parts, session_diff
from quarterdeck_cli.api.transcripts import Frame, frames
from quarterdeck_cli.client import Client

SAID_EVERY = 500
FRAMES = 16
"""At a time: each may have a quarter of a mebibyte."""


class ServerRecord:
    """To be made in the loop, and used in other threads."""

    def __init__(self, client: Client, session: str, end: int, say: Callable[[str], None]) -> None:
        """`session`: its global id. `end`: the log's head; what is logged later is not in the record."""
        self._client, self._session, self._end, self._say = client, session, end, say
        self._loop = asyncio.get_running_loop()
        uuid = ids.uuid_of(session)
        assert uuid, "a global id has one"
        self.session_id: UUID = uuid

    def events(self) -> Iterable[RawEvent]:
        return synchronously(self._events(), self._loop, SAID_EVERY)

    def frames(self, command_id: UUID, after: int = 0) -> Iterator[Frame]:
        found = frames(self._client, ids.global_id("Command", command_id), after)
        return synchronously(found, self._loop, FRAMES)

    def content(self, tree: str, path: str) -> Iterable[bytes] | None:
        parts = file_parts(self._client, self._session, path, tree)
        return (part.content for part in synchronously(parts, self._loop, 1))

    def differences(self, before: str, until: str) -> Iterable[FileDiff] | None:
        return synchronously(self._differences(before, until), self._loop)

    async def _events(self) -> AsyncIterator[RawEvent]:
        count = 0
        async for event in events(self._client, session_id=self._session):
            if event.position > self._end:
                return
            count += 1
            if count % SAID_EVERY == 0:
                self._say(f"Reading the session: {count:,} events …")
            yield raw_event(event)

    async def _differences(self, before: str, until: str) -> AsyncIterator[FileDiff]:
        after: str | None = None
        while True:
            found = await session_diff(self._client, self._session, before, until, after)
            for file in found.files:
                yield file
            after = found.end_cursor
            if after is None:
                return
