"""The rows of a view, again and again: after each event that may change them, and once in a while."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress

from quarterdeck_cli.api import events, read
from quarterdeck_cli.api.events import Event
from quarterdeck_cli.client import Client
from quarterdeck_cli.ending import end
from quarterdeck_cli.errors import ConnectionLostError
from quarterdeck_cli.resume import Cursor, Subscription, resuming
from quarterdeck_cli.watching.views import Row, View

GATHER_SECONDS = 0.3
EACH_SECONDS = 15.0
"""For what no event tells: places in a queue, and what ends by time."""
PATIENCE_SECONDS = 24 * 3600.0


async def followed(
    client: Client, view: View, project: str | None, say: Callable[[str], None]
) -> AsyncGenerator[Sequence[Row]]:
    """Does not end. While the server is away it waits, and `say` is told of it."""
    cursor = Cursor((await events.log_status(client)).position)
    bell = asyncio.Event()
    cursor.on_connected = bell.set
    ringing = asyncio.create_task(_ring(client, view, project, cursor, bell, say))
    try:
        yield await view.fetch(client, project)
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EACH_SECONDS):
                    await bell.wait()
            if ringing.done():
                await ringing
            await asyncio.sleep(GATHER_SECONDS)
            bell.clear()
            with suppress(ConnectionLostError):
                yield await view.fetch(client, project)
    finally:
        await end(ringing)


async def _ring(
    client: Client, view: View, project: str | None, cursor: Cursor, bell: asyncio.Event, say: Callable[[str], None]
) -> None:
    subscription = Subscription("watch_events", {"projectId": project})
    async with aclosing(resuming(client, subscription, cursor, say, patience=PATIENCE_SECONDS)) as messages:
        async for message in messages:
            event = read(Event, message)
            cursor.after = event.position
            if event.topic.startswith(view.topics):
                bell.set()
