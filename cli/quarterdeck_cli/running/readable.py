"""Waiting for a descriptor to have something to read, without touching its flags: others share it."""

import asyncio


async def readable(descriptor: int) -> None:
    """Returns when a read would not block. Raises PermissionError for files, which always are readable."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)
