"""The record of a session as a server's API gives it. What it waits for runs in the event loop of `qd`."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from quarterdeck.application.ports.log import RawEvent
from quarterdeck.audit.bundle.rows import actor_of
from quarterdeck.audit.over_api import synchronously
from quarterdeck.domain.base import Envelope
from quarterdeck_cli import ids
from quarterdeck_cli.api.events import RecordedEvent, session_record
from quarterdeck_cli.api.snapshots import FileDiff, file_parts, session_diff
from quarterdeck_cli.api.transcripts import Frame, frames
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ProtocolError

SAID_EVERY = 500
UNTOLD = UUID(int=0)
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
        async for event in session_record(self._client, self._session):
            if event.position > self._end:
                return
            count += 1
            if count % SAID_EVERY == 0:
                self._say(f"Reading the session: {count:,} events …")
            yield _row(event, self.session_id)

    async def _differences(self, before: str, until: str) -> AsyncIterator[FileDiff]:
        after: str | None = None
        while True:
            found = await session_diff(self._client, self._session, before, until, after)
            for file in found.files:
                yield file
            after = found.end_cursor
            if after is None:
                return


def _row(event: RecordedEvent, session_id: UUID) -> RawEvent:
    """Without digests and causes, of which a replay tells nothing."""
    try:
        return RawEvent(
            position=event.position,
            stream_id=UUID(event.stream_id),
            version=event.version,
            topic=sys.intern(event.topic),
            schema_version=event.schema_version,
            envelope=Envelope(
                recorded_at=datetime.fromisoformat(event.recorded_at),
                actor=actor_of(event.actor_kind, event.actor_id),
                correlation_id=UNTOLD,
                session_id=session_id,
            ),
            payload=None if event.payload is None else event.payload.encode(),
            payload_digest=b"",
            digest=b"",
            partly_erased=event.erased and event.payload is not None,
        )
    except ValueError as error:
        raise ProtocolError(f"Event {event.position} cannot be read: {error}.") from error
