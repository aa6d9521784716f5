"""A session's commands: those that run, and those that wait for a slot in the order they were asked for."""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from enum import Enum
from uuid import UUID

from quarterdeck.application.background import end
from quarterdeck.application.ports.log import LoggedEvent
from quarterdeck.domain.command import CommandRequested


@dataclass(frozen=True, order=True)
class Asked:
    """A command as the log has it. Ordered by when it was asked for."""

    position: int
    command_id: UUID = field(compare=False)
    request: CommandRequested = field(compare=False)
    version: int = field(compare=False)
    cause: LoggedEvent = field(compare=False)
    """The last event of its stream."""
    traceparent: str | None = field(default=None, compare=False)


class Hold(Enum):
    """Why commands wait though there are slots."""

    DOUBT = "the jail has to be looked at"
    PAUSE = "the session is paused"
    RESTORE = "its files are being restored"
    LEASE = "the worker cannot say that it lives"


class CommandQueue:
    """`run` takes a command from here on; it never raises."""

    def __init__(self, slots: int, run: Callable[[Asked], Awaitable[None]]) -> None:
        self.slots = slots
        self._run = run
        self._waiting: list[Asked] = []
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._given: dict[UUID, asyncio.Event] = {}
        """Of each that runs: set once the jail has it."""
        self._closed = False
        self._holds: set[Hold] = set()

    @property
    def running(self) -> frozenset[UUID]:
        return frozenset(self._running)

    @property
    def waiting(self) -> tuple[UUID, ...]:
        return tuple(asked.command_id for asked in sorted(self._waiting))

    def submit(self, asked: Asked) -> None:
        """A command that runs or waits already is not taken again."""
        if self._closed or asked.command_id in self._running or asked.command_id in self.waiting:
            return
        heapq.heappush(self._waiting, asked)
        self._fill()

    def occupy(self, asked: Asked, run: Callable[[Asked], Awaitable[None]]) -> None:
        """For a command that runs already, whatever the number of slots."""
        self._begin(asked, run)

    def withdraw(self, command_id: UUID) -> Asked | None:
        """Takes a command out that still waits."""
        for asked in self._waiting:
            if asked.command_id == command_id:
                self._waiting.remove(asked)
                heapq.heapify(self._waiting)
                return asked
        return None

    def hold(self, why: Hold) -> None:
        """Starts nothing until this hold, and every other, is let go."""
        self._holds.add(why)

    def let_go(self, why: Hold) -> None:
        self._holds.discard(why)
        self._fill()

    def is_held(self, why: Hold) -> bool:
        return why in self._holds

    def close(self) -> list[Asked]:
        """Takes no more; gives what still waits."""
        self._closed = True
        waiting, self._waiting = sorted(self._waiting), []
        return waiting

    async def idle(self, within: float) -> bool:
        """Waits until nothing runs."""
        await self.over(self.running, within)
        return not self._running

    async def over(self, commands: Collection[UUID], within: float) -> None:
        """Waits until these are taken no more care of."""
        tasks = {task for command_id, task in self._running.items() if command_id in commands}
        if tasks:
            await asyncio.wait(tasks, timeout=within)

    def note_given(self, command_id: UUID) -> None:
        """The jail has it, or will never have it."""
        if given := self._given.get(command_id):
            given.set()

    async def given(self, command_id: UUID) -> None:
        """Waits until the jail has it: the log says that it runs a moment before. At once where it does not run."""
        if given := self._given.get(command_id):
            await given.wait()

    async def abandon(self) -> None:
        """Gives up what runs, wherever it is."""
        await end(set(self._running.values()))

    def _fill(self) -> None:
        while self._waiting and len(self._running) < self.slots and not (self._closed or self._holds):
            self._begin(heapq.heappop(self._waiting), self._run)

    def _begin(self, asked: Asked, run: Callable[[Asked], Awaitable[None]]) -> None:
        async def life() -> None:
            await run(asked)

        def over(_: "asyncio.Task[None]") -> None:
            del self._running[asked.command_id]
            self._given.pop(asked.command_id).set()
            self._fill()

        self._given[asked.command_id] = asyncio.Event()
        task = asyncio.create_task(life(), name=f"command {asked.command_id}")
        self._running[asked.command_id] = task
        task.add_done_callback(over)
