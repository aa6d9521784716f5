"""The control groups of sessions: made with their limits before anything runs, and removed when nothing does.

Below each hierarchy's base lies `quarterdeck/<state folder's tag>/<session>`. In version 1 that group has the limits,
in version 2 its child `commands`, beside `shim`, where the shim is and is not limited. Below the one with the limits
the shim makes a group per command (`jail.shim.groups`).
"""

import errno
import hashlib
import os
import signal
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import structlog

from quarterdeck.jail.cgroups import hierarchies
from quarterdeck.jail.cgroups.hierarchies import LIMITING, Hierarchy, write
from quarterdeck.jail.limits import JailLimits

logger = structlog.get_logger(__name__)

ABOVE_ALL = "quarterdeck"
SHIM, COMMANDS = "shim", "commands"
PERIOD_US = 100_000
"""In which a session gets its processors' worth of time; the kernel's own default."""
KEEPS = {"memory": "memory", "pids": "processes", "cpu": "cpus"}
"""By controller, the limit that it keeps."""
REMOVAL_SECONDS = 5.0
ROUND_SECONDS = 0.01
ATTEMPTS = 10


@dataclass(frozen=True)
class Made:
    """A session's groups. `kept` has the limits that they keep, by name."""

    shim: str = ""
    """Group of version 2 that the shim is to enter; empty where there is none."""
    roles: Mapping[str, tuple[int, str]] = field(default_factory=dict[str, tuple[int, str]])
    """By controller: the hierarchy's version, and the group with the limits."""
    kept: Mapping[str, str] = field(default_factory=dict[str, str])


class SessionGroups:
    """Of the sessions whose shims are below `state`; `uid` is whom those run as."""

    def __init__(self, state: Path, uid: int) -> None:
        self._tag = tag(state)
        self._uid = uid
        self._found: tuple[Hierarchy, ...] | None = None

    def make(self, session_id: UUID, limits: JailLimits) -> Made:
        """Raises nothing: what cannot be had is not in what is returned."""
        shim, roles = "", dict[str, tuple[int, str]]()
        for hierarchy in self._hierarchies():
            try:
                made = _make(hierarchy, self._folder(hierarchy, session_id), limits, self._uid)
            except OSError as error:
                logger.warning(
                    "no control group for a session",
                    session=str(session_id),
                    version=hierarchy.version,
                    roles=sorted(hierarchy.roles),
                    error=str(error),
                )
                continue
            shim = shim or made.shim
            roles |= made.roles
        kept = {KEEPS[role]: "cgroup" for role in LIMITING if role in roles}
        return Made(shim=shim, roles=roles, kept=kept)

    def end(self, session_id: UUID) -> None:
        """Ends whatever runs in a session's groups, frozen or not."""
        for folder in self._folders(session_id):
            _kill_all(folder)

    def remove(self, session_id: UUID) -> None:
        """Removes a session's groups, once what was in them is gone. Not there: nothing happens."""
        until = time.monotonic() + REMOVAL_SECONDS
        for folder in self._folders(session_id):
            while not _remove_tree(folder) and time.monotonic() < until:
                time.sleep(ROUND_SECONDS)
            for above in (folder.parent, folder.parent.parent):
                # another session's, or another installation's, may be in it
                with suppress(OSError):
                    above.rmdir()

    def sessions(self) -> list[UUID]:
        """Those that have groups, alive or left over."""
        found: set[UUID] = set()
        for hierarchy in self._hierarchies():
            with suppress(OSError):
                for name in os.listdir(self._above(hierarchy)):  # noqa: PTH208 - names, not paths
                    with suppress(ValueError):
                        found.add(UUID(name))
        return sorted(found)

    def _hierarchies(self) -> tuple[Hierarchy, ...]:
        if self._found is None:
            self._found = hierarchies.find()
        return self._found

    def _above(self, hierarchy: Hierarchy) -> Path:
        return hierarchy.base / ABOVE_ALL / self._tag

    def _folder(self, hierarchy: Hierarchy, session_id: UUID) -> Path:
        return self._above(hierarchy) / str(session_id)

    def _folders(self, session_id: UUID) -> list[Path]:
        folders = [self._folder(hierarchy, session_id) for hierarchy in self._hierarchies()]
        return [folder for folder in folders if folder.is_dir()]


def tag(state: Path) -> str:
    """What tells the groups of one installation from another's on the same host."""
    return hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:12]


def _make(hierarchy: Hierarchy, session: Path, limits: JailLimits, uid: int) -> Made:
    _make_folders(session)
    if hierarchy.version == 1:
        for role in hierarchy.roles:
            _limit_v1(role, session, limits)
        _give(session, uid, "cgroup.event_control")
        return Made(roles=dict.fromkeys(hierarchy.roles, (1, str(session))))
    controllers = hierarchy.roles & frozenset(LIMITING)
    for folder in (hierarchy.base, session.parent.parent, session.parent, session):
        hierarchies.enable(folder, controllers)
    shim, commands = session / SHIM, session / COMMANDS
    for folder in (shim, commands):
        folder.mkdir(exist_ok=True)
    _limit_v2(controllers, commands, limits)
    hierarchies.enable(commands, controllers - {"cpu"})
    # who moves a process must be allowed to in the group that is above both its old and its new one
    _give(session, uid, "cgroup.procs", itself=False)
    _give(shim, uid, "cgroup.procs")
    _give(commands, uid, "cgroup.procs")
    return Made(shim=str(shim), roles=dict.fromkeys(hierarchy.roles, (2, str(commands))))


def _make_folders(session: Path) -> None:
    for _ in range(ATTEMPTS):
        try:
            session.mkdir(parents=True, exist_ok=True)
        except FileNotFoundError:
            # what is above was removed this moment, as it was empty
            continue
        return
    session.mkdir(parents=True, exist_ok=True)


def _limit_v1(role: str, group: Path, limits: JailLimits) -> None:
    if role == "memory":
        write(group / "memory.use_hierarchy", "1", optional=True)
        if limits.memory_bytes is not None:
            write(group / "memory.limit_in_bytes", str(limits.memory_bytes))
            if (group / "memory.memsw.limit_in_bytes").exists():
                write(group / "memory.memsw.limit_in_bytes", str(limits.memory_bytes))
            else:
                # swap cannot be counted, so it is not used
                write(group / "memory.swappiness", "0")
    elif role == "pids":
        write(group / "pids.max", str(limits.processes))
    elif role == "cpu" and limits.cpus is not None:
        write(group / "cpu.cfs_period_us", str(PERIOD_US))
        write(group / "cpu.cfs_quota_us", str(round(limits.cpus * PERIOD_US)))


def _limit_v2(controllers: frozenset[str], group: Path, limits: JailLimits) -> None:
    if "memory" in controllers and limits.memory_bytes is not None:
        write(group / "memory.max", str(limits.memory_bytes))
        write(group / "memory.swap.max", "0", optional=True)
    if "pids" in controllers:
        write(group / "pids.max", str(limits.processes))
    if "cpu" in controllers and limits.cpus is not None:
        write(group / "cpu.max", f"{round(limits.cpus * PERIOD_US)} {PERIOD_US}")


def _give(group: Path, uid: int, *files: str, itself: bool = True) -> None:
    """To the shim's user: groups below it, and those of its files. Its limits stay ours."""
    if os.geteuid() != 0:
        return
    for path in (*((group,) if itself else ()), *(group / name for name in files if (group / name).exists())):
        os.chown(path, uid, uid)


def _kill_all(folder: Path) -> None:
    if (folder / "cgroup.kill").exists():
        write(folder / "cgroup.kill", "1", optional=True)
    for group in _tree(folder):
        write(group / "pids.max", "0", optional=True)
        for pid in _processes(group):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        # in version 1 what is frozen dies only when it is thawed
        write(group / "freezer.state", "THAWED", optional=True)


def _processes(group: Path) -> list[int]:
    try:
        return [int(pid) for pid in (group / "cgroup.procs").read_text().split()]
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENODEV, errno.EOPNOTSUPP}:
            return []
        raise


def _tree(folder: Path) -> list[Path]:
    """The group and all below it, those above first."""
    return [Path(name) for name, _, _ in os.walk(folder)]


def _remove_tree(folder: Path) -> bool:
    """Whether it is gone."""
    for group in reversed(_tree(folder)):
        try:
            group.rmdir()
        except FileNotFoundError:
            continue
        except OSError:
            return False
    return True
