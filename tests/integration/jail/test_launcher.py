"""The process that shims are forked from."""

import asyncio
import json
import os
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from tests.support.waiting import eventually

from quarterdeck.bootstrap.jails import jail_driver
from quarterdeck.config import Settings
from quarterdeck.jail.errors import JailError
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
            forking = asyncio.create_task(launcher.fork(configured("first"), first, theirs.fileno()))
            await asyncio.sleep(0)
            forking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await forking
        os.kill(launcher.pid, signal.SIGCONT)

        with connection() as (ours, theirs):
            pid = await launcher.fork(configured("second"), second, theirs.fileno())

            await eventually(lambda: title(pid) == "quarterdeck shim second")
            assert ours.fileno() >= 0
        await eventually(lambda: not Path(f"/proc/{pid}").exists())
        await eventually((folders[0] / "spool").exists)
    finally:
        os.close(first)
        os.close(second)
        await launcher.close()


async def test_a_fork_that_waits_while_it_is_closed_starts_no_zygote_again(tmp_path: Path) -> None:
    launcher = Launcher()
    await launcher.warm_up()
    zygote = launcher.pid
    assert zygote is not None
    folder = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with connection() as (_, theirs):
            os.kill(zygote, signal.SIGSTOP)
            first = asyncio.create_task(launcher.fork(configured("first"), folder, theirs.fileno()))
            second = asyncio.create_task(launcher.fork(configured("second"), folder, theirs.fileno()))
            await asyncio.sleep(0)
            closing = asyncio.create_task(launcher.close())
            await asyncio.sleep(0)
            os.kill(zygote, signal.SIGCONT)

            first_told, second_told = await asyncio.gather(first, second, return_exceptions=True)
            await closing

        assert isinstance(first_told, int)
        assert isinstance(second_told, JailError)
        assert launcher.pid is None
        with connection() as (_, theirs):  # what is asked for afterwards is a beginning
            assert isinstance(await launcher.fork(configured("third"), folder, theirs.fileno()), int)
    finally:
        os.close(folder)
        await launcher.close()


async def test_the_drivers_of_a_worker_share_one(tmp_path: Path) -> None:
    driver, before = jail_driver(Settings(data_dir=tmp_path, docker_host=f"unix://{tmp_path}/none")), zygotes()

    await driver.sessions()

    assert len(zygotes() - before) == 1
    await driver.close()
    assert zygotes() <= before


def zygotes() -> set[int]:
    """By their arguments, which say so from the beginning."""
    found = set[int]()
    for each in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # it has ended, of this test or of another
            if "zygote" in " ".join(each.cmdline()):
                found.add(each.pid)
    return found
