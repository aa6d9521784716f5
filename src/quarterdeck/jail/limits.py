"""What a session may use, and who keeps it to that on this host.

A limit that this host cannot keep is listed with nobody to enforce it. Control groups will come in here.
"""

import os
import resource
from dataclasses import dataclass

from quarterdeck.domain.session import Limit

GIB = 1024**3
MIB = 1024**2


@dataclass(frozen=True, kw_only=True)
class JailLimits:
    open_files: int = 4096
    """Of one process."""
    processes: int = 2048
    """Threads counted, those of the jail's own upkeep too."""
    file_bytes: int = 16 * GIB
    temporary_bytes: int = 1 * GIB
    """Of /tmp."""
    home_bytes: int = 1 * GIB
    shared_memory_bytes: int = 256 * MIB
    output_bytes: int = 8 * GIB
    """Of one command."""
    memory_bytes: int | None = None

    def for_process(self) -> dict[int, int]:
        """Resource limits of every process in the jail, by setrlimit(2)'s numbers."""
        limits = {
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_NOFILE: self.open_files,
            resource.RLIMIT_FSIZE: self.file_bytes,
        }
        return limits | {resource.RLIMIT_NPROC: self.processes} if counts_processes_by_namespace() else limits

    def told(self) -> tuple[Limit, ...]:
        """Each limit with what enforces it here."""
        listed = [
            Limit(name="open_files", asked=str(self.open_files), enforced_by="rlimit"),
            Limit(
                name="processes",
                asked=str(self.processes),
                enforced_by="rlimit" if counts_processes_by_namespace() else "",
            ),
            Limit(name="file_size", asked=_size(self.file_bytes), enforced_by="rlimit"),
            Limit(name="core_dumps", asked="0", enforced_by="rlimit"),
            Limit(name="tmp", asked=_size(self.temporary_bytes), enforced_by="mount"),
            Limit(name="home", asked=_size(self.home_bytes), enforced_by="mount"),
            Limit(name="shared_memory", asked=_size(self.shared_memory_bytes), enforced_by="mount"),
            Limit(name="output", asked=_size(self.output_bytes), enforced_by="watcher"),
            Limit(name="wall_time", asked="as each command asks", enforced_by="watcher"),
        ]
        if self.memory_bytes is not None:
            listed.append(Limit(name="memory", asked=_size(self.memory_bytes), enforced_by=""))
        return tuple(listed)


def counts_processes_by_namespace() -> bool:
    """Since Linux 5.14 RLIMIT_NPROC counts per user namespace; before, all jails of one user share one count."""
    major, minor = os.uname().release.split(".")[:2]
    return (int(major), int("".join(c for c in minor if c.isdigit()) or 0)) >= (5, 14)


def _size(count: int) -> str:
    for unit, name in ((GIB, "GiB"), (MIB, "MiB")):
        if count % unit == 0:
            return f"{count // unit} {name}"
    return f"{count} B"
