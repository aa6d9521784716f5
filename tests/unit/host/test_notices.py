"""Readiness by NOTIFY_SOCKET: what a process says counts for that process, and progress buys it time."""

import asyncio
import itertools
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from quarterdeck import readiness
from quarterdeck.host.notices import Notices
from quarterdeck.readiness import VARIABLE, announcing, tell

SAY = "import sys; from quarterdeck.readiness import tell; [tell(line) for line in sys.argv[1:]]; input()"


@pytest_asyncio.fixture
async def notices() -> AsyncIterator[Notices]:
    with Notices() as made:
        yield made


@pytest.fixture
def say(notices: Notices) -> Iterator[Callable[..., int]]:
    """A process that says these lines and stays; its pid."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*lines: str) -> int:
        environment = {**os.environ, VARIABLE: notices.address}
        process = subprocess.Popen([sys.executable, "-c", SAY, *lines], stdin=subprocess.PIPE, env=environment)
        started.append(process)
        return process.pid

    yield start
    for process in started:
        process.communicate()


async def test_a_process_is_ready_when_it_says_so(notices: Notices, say: Callable[..., int]) -> None:
    await notices.ready(say("STATUS=nearly", "READY=1"), within=10)


async def test_what_another_process_says_does_not_count(notices: Notices, say: Callable[..., int]) -> None:
    silent = say()
    stranger = say("READY=1")
    waiting = asyncio.create_task(notices.ready(silent, within=0.5))
    await notices.ready(stranger, within=10)
    with pytest.raises(TimeoutError):
        await waiting


@pytest.fixture
def as_a_child(notices: Notices, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process is the one that is waited for, and looks often whether it gets on."""
    monkeypatch.setenv(VARIABLE, notices.address)
    monkeypatch.setattr(readiness, "PROGRESS_SECONDS", 0.05)


@pytest.mark.usefixtures("as_a_child")
async def test_a_part_that_gets_on_is_given_more_time(notices: Notices) -> None:
    done, steps = asyncio.Event(), itertools.count()

    def progress() -> int:
        step = next(steps)
        if step == 10:
            done.set()
        return step

    async with announcing(done.wait(), progress):
        await notices.ready(os.getpid(), within=0.2)
    assert next(steps) > 10


@pytest.mark.usefixtures("as_a_child")
async def test_a_part_that_does_not_get_on_is_not(notices: Notices) -> None:
    async with announcing(asyncio.Event().wait(), lambda: 7):
        with pytest.raises(TimeoutError):
            await notices.ready(os.getpid(), within=0.2)


async def test_a_listener_with_a_socket_file_is_told_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv(VARIABLE, str(tmp_path / "notify"))
        tell("READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_without_a_listener_nothing_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    tell("READY=1")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "gone"))
    tell("READY=1")
