"""The bare ways to read a terminal that a program floods: what ours is compared with."""

import asyncio
import json
import os
import pty
import time
from pathlib import Path
from typing import Any

from terminado.management import SingleTermManager

READ = 65536


def bare_flood(file: Path) -> float:
    """MB a second of `cat file` on a pty that is read as fast as can be."""
    began, size = time.perf_counter(), 0
    pid, master = pty.fork()
    if pid == 0:
        os.execv("/usr/bin/cat", ["cat", str(file)])
    while True:
        try:
            size += len(os.read(master, READ))
        except OSError:
            break
    taken = time.perf_counter() - began
    os.waitpid(pid, 0)
    os.close(master)
    return rate(size, taken)


def terminado_flood(file: Path) -> float:
    """The same through terminado, up to its client's JSON."""
    return asyncio.run(_flooded_terminado(file))


class _Client:
    """What terminado's own web socket handler does with output, short of sending it."""

    def __init__(self) -> None:
        self.size = 0
        self.ended = asyncio.Event()

    def on_pty_read(self, text: str) -> None:
        self.size += len(json.dumps(["stdout", text]))

    def on_pty_died(self) -> None:
        self.ended.set()


async def _flooded_terminado(file: Path) -> float:
    manager: Any = SingleTermManager(shell_command=["cat", str(file)])
    client = _Client()
    began = time.perf_counter()
    terminal = manager.get_terminal()
    terminal.clients.append(client)
    await asyncio.wait_for(client.ended.wait(), 60)
    taken = time.perf_counter() - began
    await manager.shutdown()
    return rate(client.size, taken)


def rate(size: int, seconds: float) -> float:
    return size / seconds / 1e6
