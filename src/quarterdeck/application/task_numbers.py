"""Numbers of tasks: given out one after another, without a gap, by any number of processes at once.

A number is taken by the first event of the stream that stands for it. So nobody has to keep a counter: of two that
write the same stream one fails, and takes the next.
"""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from quarterdeck.application.ports.log import EventLog
from quarterdeck.domain.task import task_id


@dataclass
class Numbers:
    """Of one project. One task is written at a time here; those of other processes are found by running into them."""

    project_id: UUID
    last: int | None = None
    """The highest that this process knows to be taken."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def next(self, log: EventLog) -> int:
        """The lowest that may be free."""
        if self.last is None:
            self.last = await self._find_last(log)
        return self.last + 1

    async def _find_last(self, log: EventLog) -> int:
        """Numbers have no gaps: twice as far each time, and then the half of it each time."""
        high = 1
        while await self._is_taken(log, high):
            high *= 2
        low = high // 2
        while high - low > 1:
            middle = (low + high) // 2
            if await self._is_taken(log, middle):
                low = middle
            else:
                high = middle
        return low

    async def _is_taken(self, log: EventLog, number: int) -> bool:
        return bool(await log.load(task_id(self.project_id, number)))
