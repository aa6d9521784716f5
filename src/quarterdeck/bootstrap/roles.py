"""Running one role in a process of its own, until it is told to stop."""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

import uvloop

from quarterdeck import logging
from quarterdeck.bootstrap.telemetry import telemetry
from quarterdeck.config import Settings
from quarterdeck.domain.errors import QuarterdeckError

Role = Callable[[Settings, asyncio.Event], Awaitable[None]]
"""Runs until the event is set, and leaves nothing behind. Says when it is ready (`readiness`)."""


def serve(role: str, settings: Settings) -> int:
    """Runs one role until SIGTERM or SIGINT. Returns the process's exit code."""
    logging.configure(settings, role)
    with _nothing_collected():
        run = ROLES[role]()
    try:
        with telemetry(settings, role), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_told(run, settings))
    except QuarterdeckError as error:
        sys.stderr.write(f"quarterdeck {role}: {error.message} {error.next_step}\n")
        return 1
    return 0


@contextmanager
def _nothing_collected() -> Generator[None]:
    """While a role is imported. What comes then stays; to look for garbage in it took a sixth of a gateway's start."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


async def _until_told(role: Role, settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await role(settings, stop)


# What the other roles are made of takes more than a second to import, and memory for as long as this one runs.


def _gateway() -> Role:
    from quarterdeck.bootstrap.gateway import run

    return run


def _worker() -> Role:
    from quarterdeck.bootstrap.worker import run

    return run


def _conductor() -> Role:
    from quarterdeck.bootstrap.conductor import run

    return run


def _projector() -> Role:
    from quarterdeck.bootstrap.projector import run

    return run


ROLES: dict[str, Callable[[], Role]] = {
    "gateway": _gateway,
    "worker": _worker,
    "conductor": _conductor,
    "projector": _projector,
}
