"""Programs of this package that are forked from a process which has imported them, as if each had been started."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from tests.support.waiting import eventually

from quarterdeck import __version__
from quarterdeck.host.child import exited
from quarterdeck.host.forks import Forked, Forks
from quarterdeck.host.launch import Launch, spawn
from quarterdeck.host.notices import Notices
from quarterdeck.readiness import VARIABLE

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Ground:
    """A zygote, and what is forked from it."""

    def __init__(self, folder: Path, notices: Notices) -> None:
        self.folder, self.log = folder, folder / "role.log"
        self._notices = notices
        self.forks = Forks()
        self.zygote: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        argv, inherited = self.forks.command(())
        environment = {VARIABLE: self._notices.address, "HOME": str(self.folder)}
        self.zygote = spawn(
            Launch(
                name="zygote",
                argv=argv,
                environment=environment,
                death_signal=signal.SIGKILL,
                log=self.folder / "zygote.log",
                pass_fds=(inherited,),
            )
        )
        await self._notices.ready(self.zygote.pid, within=60)
        self.forks.loaded()

    async def fork(self, *words: str, **environment: str) -> Forked:
        argv = (sys.executable, "-P", "-m", "quarterdeck", *words)
        return await self.forks.fork(Launch(name="role", argv=argv, environment=environment, log=self.log))

    async def ended(self, *words: str, **environment: str) -> tuple[int, str]:
        self.log.unlink(missing_ok=True)
        process = await self.fork(*words, **environment)
        await exited(process)
        return process.wait(), self.log.read_text()

    async def waiting(self) -> Forked:
        """One that goes on until it is ended: its database never answers."""
        process = await self.fork("migrate", QD_DATABASE_URL=f"postgresql:///quarterdeck?host={self.folder}")
        await eventually(lambda: command_line(process)[-1] == "migrate")
        return process


def command_line(process: Forked) -> list[str]:
    return [word for word in psutil.Process(process.pid).cmdline() if word]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    with Notices() as notices:
        made = Ground(tmp_path_factory.mktemp("forks"), notices)
        with socket.socket(socket.AF_UNIX) as silent:
            silent.bind(str(made.folder / ".s.PGSQL.5432"))
            silent.listen()
            await made.start()
            yield made
        assert made.zygote is not None
        made.zygote.terminate()
        made.zygote.wait()
        made.forks.close()


async def test_it_ends_with_its_exit_code_and_writes_to_its_log(ground: Ground) -> None:
    assert await ground.ended("--version") == (0, f"quarterdeck {__version__}\n")
    code, said = await ground.ended("serve", "captain")
    assert code != 0
    assert "There is no role 'captain'" in said


async def test_it_has_the_variables_that_it_is_given_and_the_next_has_not(ground: Ground) -> None:
    _, said = await ground.ended("serve", "gateway", QD_PORT="many")
    assert "QD_PORT" in said
    _, said = await ground.ended("serve", "gateway")
    assert "QD_PORT" not in said


async def test_it_is_told_from_others_by_its_command_line_and_has_a_session_of_its_own(ground: Ground) -> None:
    process = await ground.waiting()
    assert command_line(process) == [sys.executable, "-P", "-m", "quarterdeck", "migrate"]
    assert os.getsid(process.pid) == process.pid
    process.send_signal(signal.SIGKILL)
    assert process.wait(30) == -signal.SIGKILL


async def test_it_has_nothing_open_of_its_zygote_or_of_others(ground: Ground) -> None:
    assert ground.zygote is not None
    first, second = await ground.waiting(), await ground.waiting()
    standing = _open_files(ground.zygote.pid)
    assert standing

    for process in (first, second):
        assert _open_files(process.pid) & standing == set()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM


def _open_files(pid: int) -> set[str]:
    """Sockets and the like: those of a number of their own."""
    links = (str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir())
    return {link for link in links if not link.startswith("/")}


async def test_its_pid_is_nobody_elses_until_its_end_is_heard_of(ground: Ground) -> None:
    process = await ground.waiting()
    os.kill(process.pid, signal.SIGKILL)
    await exited(process)
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert process.wait(30) == -signal.SIGKILL
    await eventually(lambda: not psutil.pid_exists(process.pid))


async def test_it_dies_with_its_zygote_and_what_is_asked_for_then_waits_for_the_next(ground: Ground) -> None:
    process = await ground.waiting()
    assert ground.zygote is not None
    ground.zygote.kill()
    ground.zygote.wait()

    await exited(process)
    assert process.wait(30) == -signal.SIGKILL
    await eventually(lambda: not psutil.pid_exists(process.pid))
    asked = asyncio.create_task(ground.ended("--version"))
    await ground.start()
    assert await asked == (0, f"quarterdeck {__version__}\n")
