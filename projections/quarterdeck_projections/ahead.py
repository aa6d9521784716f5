"""Reading and projecting the next batch while the server still writes the one before."""

import asyncio
from collections.abc import Sequence
from typing import TypeAlias

from quarterdeck.application.background import end
from quarterdeck_projections.batch import Batch, project
from quarterdeck_projections.changes import Changes
from quarterdeck_projections.logged import Decode
from quarterdeck_projections.projection import Projection
from quarterdeck_projections.reader import EventReader

Prepared: TypeAlias = tuple[Batch, list[Changes] | None]
"""None: an event of the batch cannot be projected."""


class Ahead:
    def __init__(self, reader: EventReader, decode: Decode) -> None:
        self._reader = reader
        self._decode = decode
        self._asked: tuple[tuple[str, ...], int, int] | None = None
        self._task: asyncio.Task[Prepared] | None = None

    async def take(self, projections: Sequence[Projection], after: int, upto: int) -> Prepared:
        """The events in (after, upto] for these projections, begun before or not."""
        task, asked = self._task, self._asked
        self._task = self._asked = None
        if task and asked == _asked(projections, after, upto):
            return await task
        await _end(task)
        return await self._prepare(projections, after, upto)

    async def begin(self, projections: Sequence[Projection], after: int, upto: int) -> None:
        """Starts on what the next `take` is likely to ask for."""
        await _end(self._task)
        self._asked = _asked(projections, after, upto)
        self._task = asyncio.create_task(self._prepare(projections, after, upto))
        # lets it send its question
        await asyncio.sleep(0)

    async def close(self) -> None:
        await _end(self._task)

    async def _prepare(self, projections: Sequence[Projection], after: int, upto: int) -> Prepared:
        batch = Batch(after=after, upto=upto, rows=await self._reader.read(after, upto))
        try:
            return batch, project(batch, projections, self._decode)
        except Exception:  # noqa: BLE001 - whoever applies the batch finds out which event it is, and of whom
            return batch, None


def _asked(projections: Sequence[Projection], after: int, upto: int) -> tuple[tuple[str, ...], int, int]:
    return tuple(projection.name for projection in projections), after, upto


async def _end(task: asyncio.Task[Prepared] | None) -> None:
    if task:
        await end([task])
