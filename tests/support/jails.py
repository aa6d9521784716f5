"""Real jails for tests: a place on disk that the jail's user reaches, workspaces, and commands run to their end."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from tests.support.disks import unmount_below
from tests.support.launchers import SHARED
from tests.support.runtimes import give_runtime

from quarterdeck.application.frames import OUTPUT_KINDS, Frame, FrameKind, decode
from quarterdeck.application.ports.workspaces import PreparedWorkspace
from quarterdeck.domain.command import Terminal
from quarterdeck.jail.abstract import ExecSpec, Exit, Jail, JailSpec
from quarterdeck.jail.bubblewrap import SHELLS, BubblewrapDriver
from quarterdeck.jail.docker.driver import DockerDriver
from quarterdeck.jail.launcher import Launcher
from quarterdeck.jail.limits import JailLimits
from quarterdeck.jail.shims import ALONE_SECONDS

Driver = BubblewrapDriver | DockerDriver
JAIL_UID = 64100 if os.geteuid() == 0 else None


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    frames: tuple[Frame, ...]
    exit: Exit

    @property
    def output(self) -> bytes:
        return b"".join(frame.data for frame in self.frames if frame.kind == FrameKind.OUTPUT)

    @property
    def errors(self) -> bytes:
        return b"".join(frame.data for frame in self.frames if frame.kind == FrameKind.ERROR)

    @property
    def text(self) -> str:
        return self.output.decode()


@dataclass(frozen=True)
class Place:
    """A folder for a driver and for workspaces. Temporary folders of pytest are closed to the jail's user."""

    root: Path
    docker: str = ""
    """Address of the daemon that its jails are made with; empty: they are bubblewrap's."""

    @property
    def state(self) -> Path:
        return self.root / "worker"

    def workspace(self, session_id: UUID | None = None, *, kind: str = "overlay") -> PreparedWorkspace:
        session_id = session_id or uuid4()
        session = self.state / "sessions" / str(session_id)
        lower = self.root / "lower"
        for folder in (session, session / "upper", session / "work", lower):
            folder.mkdir(parents=True, exist_ok=True)
            give(folder)
        return PreparedWorkspace(
            session_id=session_id,
            kind=kind,
            base_commit="",
            tree="",
            upper=session / "upper",
            work=session / "work",
            lower=lower,
        )

    def driver(
        self,
        limits: JailLimits | None = None,
        shells: Sequence[str] = SHELLS,
        alone_seconds: float = ALONE_SECONDS,
        launcher: Launcher = SHARED,
    ) -> Driver:
        more: Any = {"limits": limits, "shells": shells, "alone_seconds": alone_seconds, "launcher": launcher}
        if self.docker:
            return DockerDriver(self.state, JAIL_UID, self.docker, **more)
        return BubblewrapDriver(self.state, JAIL_UID, **more)

    def upper(self, session_id: UUID) -> Path:
        return self.state / "sessions" / str(session_id) / "upper"

    @contextmanager
    def on_small_disk(self, size: int) -> Generator[None]:
        """The driver's folder lies on a file system of that many bytes, which only root can arrange."""
        self.state.mkdir(exist_ok=True)
        options = f"size={size},mode=0711"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.state], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "--lazy", self.state], check=True)

    def shim_folder(self, session_id: UUID) -> Path:
        return self.state / "sessions" / str(session_id) / "shim"


def give(path: Path) -> None:
    """To the jail's user, where that is another than we."""
    if JAIL_UID is not None:
        os.chown(path, JAIL_UID, JAIL_UID)


@asynccontextmanager
async def place(docker: str = "") -> AsyncGenerator[Place]:
    """Ends every jail in it afterwards."""
    root = Path(tempfile.mkdtemp(prefix="qd-jail-"))
    root.chmod(0o711)
    made = Place(root, docker)
    if docker:
        give_runtime(made.state)
    try:
        yield made
    finally:
        driver = made.driver()
        for session_id in await driver.sessions():
            jail = await driver.adopt(session_id)
            if jail is not None:
                await jail.destroy()
        await driver.close()
        unmount_below(root)
        for folder in root.glob("worker/sessions/*/work/work"):
            # overlayfs closes it even to its owner
            folder.chmod(0o700)
        shutil.rmtree(root)


@dataclass(frozen=True)
class Standing:
    """A jail that outlives the tests that adopt it."""

    where: Place
    session_id: UUID


@contextmanager
def standing_jail(docker: str = "", limits: JailLimits | None = None) -> Generator[Standing]:
    with asyncio.Runner() as runner:
        placed = place(docker)
        where = runner.run(placed.__aenter__())
        try:
            yield Standing(where, runner.run(_make(where, limits)))
        finally:
            runner.run(placed.__aexit__(None, None, None))


async def _make(where: Place, limits: JailLimits | None) -> UUID:
    driver = where.driver(limits)
    jail = await driver.create(spec(where.workspace(), FROM_SESSION="yes"))
    await driver.close()
    return jail.session_id


def spec(workspace: PreparedWorkspace, **environment: str) -> JailSpec:
    return JailSpec(session_id=workspace.session_id, workspace=workspace, environment=environment)


async def start(
    jail: Jail,
    text: str,
    *,
    terminal: Terminal | None = None,
    timeout: int = 60,
    variables: dict[str, str] | None = None,
    **environment: str,
) -> UUID:
    command_id = uuid4()
    await jail.start(
        ExecSpec(
            command_id=command_id,
            text=text,
            terminal=terminal,
            timeout_seconds=timeout,
            environment=environment | (variables or {}),
        )
    )
    return command_id


async def read_to_end(jail: Jail, command_id: UUID) -> tuple[Frame, ...]:
    frames: list[Frame] = []
    position = 0
    async for batch in jail.spool(command_id, 0):
        assert batch.position == position
        position = batch.end
        frames += decode(batch.encoded)
        await jail.acknowledge(command_id, batch.end)
    check_contiguous(frames)
    return tuple(frames)


def check_contiguous(frames: list[Frame]) -> None:
    """Each frame begins where the one before ended, and END is the last and only one."""
    offset = 0
    for frame in frames:
        assert frame.offset == offset
        offset += len(frame.data) if frame.kind in OUTPUT_KINDS else 0
    assert [frame.kind for frame in frames].index(FrameKind.END) == len(frames) - 1


async def finish(jail: Jail, command_id: UUID) -> Done:
    frames = await read_to_end(jail, command_id)
    done = Done(frames, await jail.wait(command_id))
    await jail.forget(command_id)
    return done


async def run(
    jail: Jail,
    text: str,
    *,
    terminal: Terminal | None = None,
    timeout: int = 60,
    variables: dict[str, str] | None = None,
    **environment: str,
) -> Done:
    command_id = await start(jail, text, terminal=terminal, timeout=timeout, variables=variables, **environment)
    return await finish(jail, command_id)


async def read_until(jail: Jail, command_id: UUID, wanted: bytes) -> bytes:
    """The output so far, once it contains `wanted`."""
    seen = b""
    async for batch in jail.spool(command_id, 0):
        seen += b"".join(frame.data for frame in decode(batch.encoded) if frame.kind in OUTPUT_KINDS)
        if wanted in seen:
            return seen
    raise AssertionError(f"{wanted!r} was not printed, but {seen!r}")


def processes_of(uid: int, mentioning: str) -> list[int]:
    """Living processes of a user whose arguments mention something."""
    entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [int(entry.name) for entry in entries if _is_living(entry, uid) and mentioning in _arguments(entry)]


def _is_living(entry: Path, uid: int) -> bool:
    try:
        lines = (entry / "status").read_text().splitlines()
    except OSError:
        return False
    told = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    return told["Uid"].split()[0] == str(uid) and told["State"][0] not in "ZX"


def _arguments(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
