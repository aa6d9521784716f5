"""The process that shims are forked from."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.support.waiting import eventually

from quarterdeck.jail.launcher import Launcher


@contextmanager
def connection() -> Generator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    with ours, theirs:
        yield ours, theirs


def configured(session: str) -> bytes:
    return json.dumps({"session": session, "uid": None, "more": True}).encode()


def title(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()


async def test_a_fork_that_nobody_waits_for_any_more_is_not_taken_for_the_next(tmp_path: Path) -> None:
    launcher = Launcher()
    await launcher.warm_up()
    assert launcher.pid is not None
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    first, second = (os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in folders)
    try:
        os.kill(launcher.pid, signal.SIGSTOP)
        with connection() as (_, theirs):
            forking = asyncio.create_task(launcher.fork(first, configured("first"), theirs))
            await asyncio.sleep(0)
            forking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await forking
        os.kill(launcher.pid, signal.SIGCONT)

        with connection() as (ours, theirs):
            pid = await launcher.fork(second, configured("second"), theirs)

            await eventually(lambda: title(pid) == "quarterdeck shim second")
            assert ours.fileno() >= 0
        await eventually(lambda: not Path(f"/proc/{pid}").exists())
        await eventually((folders[0] / "spool").exists)
    finally:
        os.close(first)
        os.close(second)
        await launcher.close()
