"""What the projector's services need to be told by notifications."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import psycopg

from quarterdeck.listening import ListeningConnection
from quarterdeck_projections.database import Connection


@asynccontextmanager
async def hearing(database_url: str, channel: str) -> AsyncGenerator[tuple[Connection, Connection]]:
    """A connection that hears the channel, and another to ask: one that asks would miss what it is told meanwhile."""
    async with (
        await ListeningConnection.connect(database_url, autocommit=True) as heard,
        await psycopg.AsyncConnection.connect(database_url, autocommit=True) as asking,
    ):
        await heard.execute(f"LISTEN {channel}".encode())
        yield heard, asking
