"""One process that is kept running: how it is started, when it is ready, how it is stopped."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from quarterdeck.host.launch import Launch, spawn
from quarterdeck.host.log_files import log_tail
from quarterdeck.jail.shim import record

LIVED_WELL_SECONDS = 30.0
"""One that ran this long starts its back-off afresh."""
LONGEST_PAUSE_SECONDS = 10.0

StopSignals = tuple[tuple[signal.Signals, float], ...]
"""Signals in turn, each with the seconds to wait for its effect."""


class Process(Protocol):
    """What subprocess.Popen has, of a process that is ours or was forked for us."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


async def at_once(_process: Process) -> None:
    """Ready as soon as it is started."""


async def started(launch: Launch) -> subprocess.Popen[bytes]:
    """On the main thread: the child dies with the thread that started it."""
    return spawn(launch)


@dataclass(frozen=True, kw_only=True)
class ChildSpec:
    name: str
    launch: Callable[[], Launch]
    """Called in a thread before each start: prepares what it needs, and says how."""
    start: Callable[[Launch], Awaitable[Process]] = started
    """Awaits nothing between the process's start and its return."""
    ready: Callable[[Process], Awaitable[None]] = at_once
    """Returns once it answers; raises a QuarterdeckError where it never will."""
    stop: StopSignals = ((signal.SIGTERM, 2.0), (signal.SIGKILL, 1.0))
    log: Path | None = None


@dataclass
class Child:
    spec: ChildSpec
    process: Process | None = None
    started_at: float = 0.0
    birth: int | None = None
    """When the process started, in clock ticks since boot: with its pid, this is one process for ever."""
    starts: int = 0
    quick_deaths: int = 0
    last_end: str = ""
    is_ready: bool = False
    became_ready: asyncio.Event = field(default_factory=asyncio.Event)
    """It was ready at least once."""

    async def start(self, started: Callable[[], None] = lambda: None) -> None:
        """Starts it, calls `started`, and waits until it is ready."""
        launch = await asyncio.to_thread(self.spec.launch)
        self.process = await self.spec.start(launch)
        self.started_at, self.birth = time.monotonic(), record.started(self.process.pid)
        self.starts += 1
        started()
        await self.spec.ready(self.process)
        self.is_ready = True
        self.became_ready.set()

    async def ended(self) -> str:
        """Waits for its end and says how it was."""
        process = self.process
        assert process is not None
        await exited(process)
        lived_well = time.monotonic() - self.started_at > LIVED_WELL_SECONDS
        if lived_well:
            self.quick_deaths = 0
        return self.died(tell_end(process, self.spec.log))

    def died(self, why: str) -> str:
        """Counts an end, or a start that came to nothing."""
        self.is_ready = False
        self.quick_deaths += 1
        self.last_end = why
        return why

    def log_hint(self) -> str:
        return f"Its log is {self.spec.log}." if self.spec.log else ""

    def pause(self) -> float:
        """Seconds before the next start: none after a first death, then ever more."""
        return 0.0 if self.quick_deaths <= 1 else min(0.25 * 2 ** (self.quick_deaths - 2), LONGEST_PAUSE_SECONDS)

    async def stop(self) -> bool:
        """Ends it. False: it had to be killed."""
        process = self.process
        if process is None:
            return True
        for number, patience in self.spec.stop:
            if process.poll() is None:
                process.send_signal(number)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(exited(process), patience)
                process.wait()
                return number is not signal.SIGKILL
        return False

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process and self.process.poll() is None else None


async def exited(process: Process) -> None:
    """Returns when the process is gone, without taking up its exit code."""
    if process.poll() is not None:
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    try:
        descriptor = os.pidfd_open(process.pid)
    except ProcessLookupError:
        # It went with its zygote, which nobody reaps in our stead.
        return
    loop.add_reader(descriptor, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def tell_end(process: Process, log: Path | None) -> str:
    """How it ended, and the last line of its log where that was with an error."""
    code = process.wait()
    last_line = log_tail(log) if code > 0 else ""
    return f"{describe_end(code)}{f': {last_line}' if last_line else ''}"


def describe_end(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
