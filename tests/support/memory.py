"""Where tests keep what would be slow on a disk: in memory, where an fsync and a new file cost next to nothing."""

import os
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.disks import unmount_below

from quarterdeck.adapters.git.removal import remove_tree

PREFIX = "quarterdeck-test-"
"""Of a folder's name; what follows is the pid of the test process that it ends with."""
ROOM_NEEDED = 2 * 1024**3


def place() -> Path:
    """In memory where there is room and programs may be run; what killed test processes left there is removed."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or os.statvfs(memory).f_flag & os.ST_NOEXEC:
        return Path(tempfile.gettempdir())
    _remove_those_of_dead_tests(memory)
    return memory if shutil.disk_usage(memory).free > ROOM_NEEDED else Path(tempfile.gettempdir())


def new_folder(mode: int, among: Path | None = None) -> Path:
    """One there, or `among` others. Whoever makes it removes it; if they are killed, the next removes one in memory."""
    made = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=among or place()))
    made.chmod(mode)
    return made


@contextmanager
def folder(mode: int) -> Generator[Path]:
    """One there, gone afterwards."""
    made = new_folder(mode)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _remove_those_of_dead_tests(memory: Path) -> None:
    """The servers in them are gone already. What jails wrote may be mounted, and deep; others may remove it, too."""
    for left in memory.glob(f"{PREFIX}*"):
        pid = left.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with suppress(OSError):
                unmount_below(left)
                remove_tree(left)
