"""Standard input, sent to a command."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import suppress

from quarterdeck_cli.api.commands import send_input
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import ServerFailure
from quarterdeck_cli.running.readable import readable

CHUNK = 64 * 1024
ENDED_CODES = frozenset({"CONFLICT", "NOT_FOUND"})
"""What the server says of input for a command that has ended."""
PAUSED = "PAUSED"
AGAIN_SECONDS = 1.0


async def chunks(descriptor: int) -> AsyncIterator[bytes]:
    """What can be read, as it comes, until its end. Never blocks the loop, and leaves the descriptor's flags alone."""
    while data := await _read(descriptor):
        yield data


async def _read(descriptor: int) -> bytes:
    with suppress(PermissionError):
        await readable(descriptor)
    try:
        return os.read(descriptor, CHUNK)
    except OSError:  # a terminal that was hung up
        return b""


async def send_all(client: Client, command_id: str, descriptor: int) -> None:
    """Sends what comes in, then the end of it. A command that has ended needs no more, which is no failure."""
    try:
        async for data in chunks(descriptor):
            await _send(client, command_id, data)
        await _send(client, command_id, b"", end=True)
    except ServerFailure as failure:
        if failure.code not in ENDED_CODES:
            raise


async def _send(client: Client, command_id: str, data: bytes, *, end: bool = False) -> None:
    """Waits while the session is paused: what is piped in is not lost."""
    while True:
        try:
            await send_input(client, command_id, data, end=end)
        except ServerFailure as failure:
            if failure.code != PAUSED:
                raise
            await asyncio.sleep(AGAIN_SECONDS)
        else:
            return


async def send_in_parts(client: Client, command_id: str, data: bytes) -> None:
    """As much at once as the server takes."""
    for at in range(0, len(data), CHUNK):
        await send_input(client, command_id, data[at : at + CHUNK])


async def send_nothing(client: Client, command_id: str) -> None:
    """Tells the command that its input is empty."""
    try:
        await _send(client, command_id, b"", end=True)
    except ServerFailure as failure:
        if failure.code not in ENDED_CODES:
            raise
