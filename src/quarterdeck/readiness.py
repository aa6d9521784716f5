"""Saying that a part is ready, by the protocol of sd_notify(3): `quarterdeck up` listens, and so does systemd.

Where nobody listens (NOTIFY_SOCKET is not set), nothing happens.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager

import structlog

logger = structlog.get_logger(__name__)

VARIABLE = "NOTIFY_SOCKET"
READY = "READY=1"
PROGRESS_SECONDS = 5.0
"""How often it is looked at whether a part that is not ready yet gets on."""
MORE_SECONDS = 30
"""What it asks for then, beyond what it was given."""


def tell(message: str) -> None:
    """Sends one message. A listener that is gone is no concern of whoever tells."""
    address = os.environ.get(VARIABLE)
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.sendto(message.encode(), _real(address))


@asynccontextmanager
async def announcing(
    settled: Coroutine[object, object, object], progress: Callable[[], int] = lambda: 0
) -> AsyncGenerator[None]:
    """Says within this block that the part is ready, once it has settled.

    As long as `progress` grows it asks for more time, so that much work is not taken for a hang.
    """
    task = asyncio.create_task(_announce(settled, progress), name="readiness")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _announce(settled: Coroutine[object, object, object], progress: Callable[[], int]) -> None:
    settling, seen = asyncio.ensure_future(settled), progress()
    try:
        while not (await asyncio.wait({settling}, timeout=PROGRESS_SECONDS))[0]:
            seen, before = progress(), seen
            if seen > before:
                tell(f"EXTEND_TIMEOUT_USEC={MORE_SECONDS * 1_000_000}")
        settling.result()
    finally:
        settling.cancel()
    logger.info("ready")
    tell(READY)


def _real(address: str) -> bytes:
    """`@name` stands for a name that is not in the file system."""
    return os.fsencode(address.replace("@", "\0", 1) if address.startswith("@") else address)
