"""Following a command to its end: its output, its end in the log, and whatever runs beside them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

from quarterdeck_cli.api.commands import Command, CommandDetails
from quarterdeck_cli.api.events import Event
from quarterdeck_cli.client import Client
from quarterdeck_cli.running.lifecycle import command_end
from quarterdeck_cli.running.output_stream import CaughtUp, OutputStream
from quarterdeck_cli.running.sinks import Sink

LAST_OUTPUT_SECONDS = 5.0
"""A command that was lost or refused may have no end of output: how long to wait for it."""
LAST_WORD_SECONDS = 2.0
"""Input that cannot be delivered may only mean that the command ends: how long to wait for that."""

T = TypeVar("T")


@dataclass(frozen=True)
class Detached:
    """The user left; the command goes on."""


def _nothing() -> None:
    """Nobody waits for the first output."""


def _ignore(_event: Event) -> None:
    """Nobody listens."""


def _already() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Following:
    """A command being followed."""

    client: Client
    command: Command
    stream: OutputStream
    sink: Sink
    no_more_waiting: Callable[[], object] = _nothing
    """Called when the command has started, and before anything is printed. More than once."""
    may_print: asyncio.Event = field(default_factory=_already)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    heard: Callable[[Event], object] = _ignore
    """Told of the command's events."""
    _leaving: asyncio.Event = field(default_factory=asyncio.Event)
    _writing: bool = False

    def leave(self) -> None:
        """`until_end` returns Detached."""
        self._leaving.set()

    async def until_end(
        self, after: int, beside: Sequence[Coroutine[Any, Any, None]] = ()
    ) -> CommandDetails | Detached:
        """Prints until the command has ended and its output is out. `after`: a log position before its end.

        `beside` runs meanwhile; where it fails while the command goes on, that failure is raised.
        """
        async with (
            _task(self._end(after)) as ended,
            _task(self._print()) as printed,
            _task(self._leaving.wait()) as left,
        ):
            async with _task(_all(beside)) as companions:
                return await self._result(ended, printed, left, companions)

    async def _result(
        self,
        ended: asyncio.Task[CommandDetails],
        printed: asyncio.Task[None],
        left: asyncio.Task[Any],
        companions: asyncio.Task[None],
    ) -> CommandDetails | Detached:
        while not left.done():
            if companions.done() and companions.exception() and not ended.done():
                await asyncio.wait({ended}, timeout=LAST_WORD_SECONDS)
                if not ended.done():
                    companions.result()
            if printed.done():
                printed.result()
            if ended.done() and printed.done():
                return ended.result()
            if not await self._something(ended, printed, left, companions):
                return ended.result()
        return Detached()

    async def _something(self, ended: asyncio.Task[CommandDetails], *others: asyncio.Task[Any]) -> bool:
        """Waits for a change; False where a lost command's output will have no end."""
        received, waiting = self.stream.received, {task for task in (ended, *others) if not task.done()}
        patience = LAST_OUTPUT_SECONDS if ended.done() and ended.result().state != "FINISHED" else None
        done, _ = await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        return bool(done) or self._writing or not self.stream.live or self.stream.received > received

    async def _end(self, after: int) -> CommandDetails:
        command = self.command
        if isinstance(command, CommandDetails) and command.ended:
            return command
        return await command_end(
            self.client, command.session.id, command.id, after, self._say_alone, self.started, self.heard
        )

    def _say_alone(self, text: str) -> None:
        """Of a cut that the output's stream does not tell: it has its own socket, which is cut with this one."""
        if self.stream.complete:
            self.stream.say(text)

    async def _print(self) -> None:
        async with aclosing(self.stream.messages()) as messages:
            async for message in messages:
                if isinstance(message, CaughtUp):
                    continue
                self.no_more_waiting()
                self._writing = True
                await self.may_print.wait()
                await self.sink.write(message)
                self._writing = False


async def _all(work: Sequence[Coroutine[Any, Any, None]]) -> None:
    """All of it, at once; the first failure ends the rest."""
    async with AsyncExitStack() as stack:
        tasks = [await stack.enter_async_context(_task(each)) for each in work]
        if tasks:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()


@asynccontextmanager
async def _task(work: Coroutine[Any, Any, T]) -> AsyncGenerator[asyncio.Task[T]]:
    """Runs beside the block, and not longer."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await task
