"""Ctrl-C while a command is followed: it asks first, and a second one cancels."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from enum import Enum, auto

from quarterdeck_cli.running.readable import readable

QUESTION = "\nCancel the command? [y/N/detach] "


class Answer(Enum):
    GO_ON = auto()
    CANCEL = auto()
    DETACH = auto()


def understood(text: str) -> Answer:
    """An answer that is not understood goes on: it does the least."""
    word = text.strip().lower()
    if word in {"y", "yes"}:
        return Answer.CANCEL
    return Answer.DETACH if word and "detach".startswith(word) else Answer.GO_ON


class Interrupts:
    """Turns SIGINT into `cancel`, then `leave`. While it asks, `quiet` is cleared and output waits."""

    def __init__(
        self, cancel: Callable[[], Awaitable[None]], leave: Callable[[], None], before_asking: Callable[[], object]
    ) -> None:
        self._cancel = cancel
        self._leave = leave
        self._before_asking = before_asking
        self.cancelling = False
        self._asking: asyncio.Task[None] | None = None
        self._work: set[asyncio.Task[None]] = set()
        self.may_print = asyncio.Event()
        self.may_print.set()

    @contextmanager
    def handled(self) -> Generator[None]:
        loop = asyncio.get_running_loop()
        before = signal.getsignal(signal.SIGINT)
        loop.add_signal_handler(signal.SIGINT, self._interrupted)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            signal.signal(signal.SIGINT, before)
            for task in self._work:
                task.cancel()

    def _interrupted(self) -> None:
        if self.cancelling:
            self._leave()
        elif self._asking and not self._asking.done():
            self._asking.cancel()
            self._start(self._cancel_now())
        else:
            self._asking = self._start(self._ask())

    def _start(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def _ask(self) -> None:
        self.may_print.clear()
        self._before_asking()
        try:
            answer = await _answer_from_terminal()
        finally:
            self.may_print.set()
        if answer is Answer.CANCEL:
            await self._cancel_now()
        elif answer is Answer.DETACH:
            self._leave()

    async def _cancel_now(self) -> None:
        self.cancelling = True
        await self._cancel()


async def _answer_from_terminal() -> Answer:
    """Where there is no terminal, Ctrl-C can only mean the end."""
    try:
        return understood(await ask_on_terminal(QUESTION))
    except OSError:
        return Answer.CANCEL


async def ask_on_terminal(question: str) -> str:
    """A line typed at the controlling terminal, with its end; empty where that is closed. OSError: there is none."""
    descriptor = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    try:
        os.write(descriptor, question.encode())
        return await _line(descriptor)
    finally:
        os.close(descriptor)


async def _line(descriptor: int) -> str:
    await readable(descriptor)
    with suppress(OSError):
        return os.read(descriptor, 1024).decode(errors="replace")
    return ""
