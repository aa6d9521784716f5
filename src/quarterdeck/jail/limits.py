"""What a session may use, and who keeps it to that on this host.

A limit that this host cannot keep is listed with nobody to enforce it.
"""

import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass

from quarterdeck.domain.session_events import Limit

GIB = 1024**3
MIB = 1024**2

UPKEEP = 64
"""Processes of the jail's own, for which a control group does not count."""
KEPT_EVERYWHERE: Mapping[str, str] = {
    "open_files": "rlimit",
    "file_size": "rlimit",
    "core_dumps": "rlimit",
    "tmp": "mount",
    "home": "mount",
    "shared_memory": "mount",
    "output": "watcher",
    "wall_time": "watcher",
}
"""By limit's name, who keeps it in a jail that bubblewrap makes."""


def kept_by_looking() -> dict[str, str]:
    """What a jail's own agent keeps where no control group does (`jail.shim.watching`)."""
    counted = {} if counts_processes_by_namespace() else {"processes": "watcher"}
    return {"memory": "watcher"} | counted


OF_OWN_KERNEL: Mapping[str, str] = {"memory": "watcher", "processes": "rlimit"}
"""Who keeps these in a container whose kernel is not the host's: its processes are none of the host's."""
SPARE_MEMORY = 256 * MIB
"""What such a container has beyond its limit, for its kernel, and for what grows faster than the watcher looks."""
SPARE_TASKS = 16_384
"""As above, beside four for each process. The kernel's tasks that stand for the jail's stay a while after those, and
where one cannot be made the kernel ends."""


@dataclass(frozen=True, kw_only=True)
class JailLimits:
    """None is no limit: it is not listed either."""

    cpus: float | None = None
    """Processors' worth of time."""
    memory_bytes: int | None = None
    """Of all processes of the session and what they hold in /tmp and the like, swap included."""
    processes: int = 2048
    """Threads counted, those of the jail's own upkeep too."""
    open_files: int = 4096
    """Of one process."""
    file_bytes: int = 16 * GIB
    workspace_bytes: int | None = None
    """Kept by the workspace's quota, as the next one is."""
    workspace_files: int | None = None
    temporary_bytes: int = 1 * GIB
    """Of /tmp."""
    home_bytes: int = 1 * GIB
    shared_memory_bytes: int = 256 * MIB
    output_bytes: int = 8 * GIB
    """Of one command."""
    wall_seconds: int | None = None
    """Of the session; kept by the worker, as the next one is."""
    idle_seconds: int | None = None

    def for_process(self, kept: Mapping[str, str] | None = None) -> dict[int, int]:
        """Resource limits of every process in the jail, by setrlimit(2)'s numbers.

        `kept` has the limits that somebody else keeps: those have the first word.
        """
        spare = UPKEEP if "processes" in (kept or {}) else 0
        limits = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_FSIZE: self.file_bytes,
        }
        return limits | {resource.RLIMIT_NPROC: self.processes + spare} if counts_processes_by_namespace() else limits

    @property
    def of_own_kernel(self) -> dict[int, int]:
        """Resource limits that a kernel of the jail's own keeps per jail."""
        return {resource.RLIMIT_NPROC: self.processes + UPKEEP}

    def watched(self, kept: Mapping[str, str]) -> dict[str, int | None]:
        """What is left to the jail's own agent to watch, where `kept` has what control groups keep."""
        by_rlimit = "processes" in kept or counts_processes_by_namespace()
        return {
            "memory": None if "memory" in kept else self.memory_bytes,
            "processes": None if by_rlimit else self.processes,
        }

    def told(self, kept: Mapping[str, str] | None = None) -> tuple[Limit, ...]:
        """Each limit of a jail with what enforces it here; `kept` adds to what every bubblewrap jail keeps.

        Those of the workspace, of the session's time and of its idleness are told by who keeps them.
        """
        keepers = {**KEPT_EVERYWHERE, "processes": "rlimit" if counts_processes_by_namespace() else "", **(kept or {})}
        return tuple(
            Limit(name=name, asked=asked, enforced_by=keepers.get(name, "")) for name, asked in self._asked().items()
        )

    def _asked(self) -> dict[str, str]:
        wished = {
            "cpus": None if self.cpus is None else f"{self.cpus:g}",
            "memory": None if self.memory_bytes is None else size(self.memory_bytes),
            "processes": str(self.processes),
            "open_files": str(self.open_files),
            "file_size": size(self.file_bytes),
            "core_dumps": "0",
            "tmp": size(self.temporary_bytes),
            "home": size(self.home_bytes),
            "shared_memory": size(self.shared_memory_bytes),
            "output": size(self.output_bytes),
            "wall_time": "as each command asks",
        }
        return {name: asked for name, asked in wished.items() if asked is not None}


def counts_processes_by_namespace() -> bool:
    """Since Linux 5.14 RLIMIT_NPROC counts per user namespace; before, all jails of one user share one count."""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(c for c in minor if c.isdigit()) or 0)) >= (5, 14)


def size(count: int) -> str:
    """As people write it, in the greatest whole unit."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB")):
        if count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} B"
