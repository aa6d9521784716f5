"""Throw-away jails that somebody looks at from the inside (`quarterdeck doctor`), beside a worker that may be at work.

Each look has a mark below the worker's folder, a file that who looks holds locked. The kernel lets go of the lock when
that process is gone, however it went: until then the sweep of a worker leaves the look's jails alone, and then no more.
"""

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4, uuid5

from quarterdeck.jail import folders

MARKS = "probes"
KINDS = ("clone", "overlay")


@dataclass(frozen=True)
class Probe:
    """One look. `folder` is for what its jails see."""

    id: UUID
    folder: Path

    def jail(self, kind: str) -> UUID:
        """Id of the session whose jail is made to see how a workspace of that kind works."""
        return uuid5(self.id, kind)


@contextmanager
def looking(state: Path) -> Generator[Probe]:
    """Raises OSError where nothing can be made there."""
    folders.make_place(state)
    (state / MARKS).mkdir(mode=0o700, exist_ok=True)
    probe = _probe(state, uuid4())
    path = state / MARKS / str(probe.id)
    unseen = path.with_name(f".{path.name}")
    mark = os.open(unseen, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(mark, fcntl.LOCK_EX)
        # under its name it has never been without its lock
        unseen.rename(path)
        probe.folder.mkdir(mode=0o711)
        yield probe
    finally:
        _remove(state, probe)
        os.close(mark)


def jails_looked_at(state: Path) -> set[UUID]:
    """Of looks that are under way. What others left that were cut off is removed, but for their jails."""
    found: set[UUID] = set()
    for probe in _marked(state):
        if _is_held(state, probe):
            found.update(probe.jail(kind) for kind in KINDS)
    return found


def _marked(state: Path) -> list[Probe]:
    try:
        names = os.listdir(state / MARKS)  # noqa: PTH208 - names alone
    except FileNotFoundError:
        return []
    return [_probe(state, UUID(name)) for name in names if _is_id(name)]


def _probe(state: Path, probe_id: UUID) -> Probe:
    return Probe(probe_id, state / f"probe-{probe_id}")


def _is_id(name: str) -> bool:
    with suppress(ValueError):
        return str(UUID(name)) == name
    return False


def _is_held(state: Path, probe: Probe) -> bool:
    try:
        mark = os.open(state / MARKS / str(probe.id), os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(state, probe)
    except BlockingIOError:
        return True
    finally:
        os.close(mark)
    return False


def _remove(state: Path, probe: Probe) -> None:
    """The folder first: as long as the mark is there, it is tried again."""
    with suppress(OSError):
        if probe.folder.exists():
            with folders.opened(state) as place:
                _open_up(probe.folder)
                folders.remove_all(probe.folder.name, place)
        (state / MARKS / str(probe.id)).unlink(missing_ok=True)


def _open_up(folder: Path) -> None:
    """overlayfs closes its folder even to its owner."""
    if os.geteuid() != 0:
        for inner in folder.glob("*-work/work"):
            inner.chmod(0o700)
