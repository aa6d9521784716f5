"""The one LISTEN connection of a process: keeps the feed at the log's head."""

import asyncio
from collections.abc import Callable, Set
from contextlib import aclosing

import psycopg
import structlog

from quarterdeck.adapters.postgres.events import raw_event
from quarterdeck.adapters.postgres.feed import Feed
from quarterdeck.adapters.postgres.pool import Connection
from quarterdeck.adapters.postgres.reader import read_after, read_head
from quarterdeck.application.background import end
from quarterdeck.audit.chain import Head
from quarterdeck.listening import ListeningConnection

BATCH = 1000
LOOK_SECONDS = 5.0
"""How often it looks without being notified: a connection can be dead without saying so."""
RECONNECT_SECONDS = 0.1

_log = structlog.get_logger()


class Listener:
    """Runs until it is stopped; reconnects, and then reads on from where it was.

    `pause_seconds`: so long after a look it lets more events come together before the next; not after one that
    brought an event of the topics `unpaused`.
    """

    def __init__(
        self,
        url: str,
        feed: Feed,
        on_head: Callable[[Head], None],
        pause_seconds: float = 0.0,
        unpaused: Set[str] = frozenset(),
    ) -> None:
        self._url = url
        self._feed = feed
        self._on_head = on_head
        self._pause_seconds = pause_seconds
        self._unpaused = unpaused
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="log listener")

    async def stop(self) -> None:
        task, self._task = self._task, None
        if task is not None:
            await end([task])

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except (psycopg.Error, OSError) as error:
                _log.warning("log listener lost its connection", error=str(error).strip())
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await ListeningConnection.connect(
            self._url, autocommit=True, application_name="quarterdeck listener"
        )
        async with connection:
            await connection.execute("LISTEN quarterdeck_log")
            if self._feed.position is None:
                self._feed.start((await read_head(connection)).position)
            while True:
                brought = await self._catch_up(connection)
                if self._pause_seconds and brought and self._unpaused.isdisjoint(brought):
                    await asyncio.sleep(self._pause_seconds)
                await self._until_there_is_more(connection)

    async def _until_there_is_more(self, connection: Connection) -> None:
        """Or until it is time to look all the same. What an earlier look has read is notified of once more."""
        async with aclosing(connection.notifies(timeout=LOOK_SECONDS)) as notifies:
            async for notify in notifies:
                if int(notify.payload) > (self._feed.position or 0):
                    return

    async def _catch_up(self, connection: Connection) -> set[str]:
        """Reads what is new, and gives its topics. Notifications that come meanwhile are kept by the connection."""
        brought: set[str] = set()
        while rows := await read_after(connection, self._feed.position or 0, BATCH, raw_event):
            self._feed.extend(rows)
            self._on_head(Head(position=rows[-1].position, digest=rows[-1].digest))
            brought.update(row.topic for row in rows)
            if len(rows) < BATCH:
                break
        return brought
