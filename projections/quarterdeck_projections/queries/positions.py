"""How far each projection has come, and waiting until it has come far enough."""

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import psycopg

from quarterdeck.application.background import end
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.listening import ListeningConnection
from quarterdeck_projections.database import Database

CHANNEL = "quarterdeck_projected"
"""Notified by each transaction of a projector: `<position> <name> <name> ...`."""
RECONNECT_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class PositionRow:
    name: str
    position: int
    failed_at: int | None
    """The event that the projection stopped at, None where it works."""
    failure: str | None


QUERY = "SELECT name, position, failed_at, failure FROM read.projection_positions ORDER BY name"


async def list_all(database: Database) -> Sequence[PositionRow]:
    return await database.rows(PositionRow, QUERY)


class ProjectionWatch:
    """Follows the projections on one connection of its own, for any number of waiters in this process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._known: dict[str, int] = {}
        self._moved = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow(), name="projection watch")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task:
            await end([self._task])

    async def wait_for(self, position: int, projections: Collection[str], timeout: float) -> None:
        """Returns when each of `projections` has projected the log up to `position`.

        Raises UnavailableError after `timeout` seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while late := self._late(position, projections):
                    await self._moved.wait()
        except TimeoutError:
            late = self._late(position, projections)
            raise UnavailableError(
                f"The read model has not reached position {position} within {timeout:g} s (behind: {', '.join(late)}).",
                "Ask again; see `log { projections { position } }` for how far it is.",
            ) from None

    def _late(self, position: int, projections: Collection[str]) -> list[str]:
        return [name for name in projections if self._known.get(name, 0) < position]

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(psycopg.OperationalError):
                await self._listen()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        async with await ListeningConnection.connect(self._url, autocommit=True) as connection:
            await connection.execute("LISTEN quarterdeck_projected")
            # asked after LISTEN, so that nothing falls in between; replaces what was known, since a database
            # that crashed may have gone back a little
            rows = await (await connection.execute("SELECT name, position FROM read.projection_positions")).fetchall()
            self._known = dict(rows)
            self._announce()
            async for notification in connection.notifies():
                position, *names = notification.payload.split()
                self._known.update(dict.fromkeys(names, int(position)))
                self._announce()

    def _announce(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
