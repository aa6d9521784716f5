"""Bounds that bubblewrap has no words for, or many slow ones: what of the host's /proc a jail does not see, and limits
on what is counted for all sessions together, or not at all.

They are set from inside, with the powers that the jail's outer user namespace gives the agent before it has none.
"""

import os
from collections.abc import Callable
from contextlib import suppress

from quarterdeck.jail.shim import kernel

FILES = {"/tmp": 262_144, "/home/agent": 262_144, "/dev/shm": 8192, "/run/quarterdeck": 8192}  # noqa: S108
"""By folder in memory, how many files it may hold: each costs the kernel a kilobyte, whatever the folder's size."""
TERMINALS = 64
"""The kernel gives all of a host's jails 3,072 together (pty.max less pty.reserve)."""
WATCHERS = 64
"""Instances of inotify. The host's own limit, 128 by default, is one for all jails of a user."""
WATCHERS_FILE = "/proc/sys/user/max_inotify_instances"
MASKED_FILES = (
    "bootconfig",
    "cmdline",
    "config.gz",
    "interrupts",
    "iomem",
    "ioports",
    "kallsyms",
    "kcore",
    "key-users",
    "keys",
    "kmsg",
    "kpagecgroup",
    "kpagecount",
    "kpageflags",
    "latency_stats",
    "locks",
    "modules",
    "mtrr",
    "pagetypeinfo",
    "sched_debug",
    "slabinfo",
    "sysrq-trigger",
    "timer_list",
    "timer_stats",
    "vmallocinfo",
)
MASKED_FOLDERS = ("acpi", "asound", "bus", "driver", "fs", "irq", "scsi")
"""What /proc shows of the whole host beyond what programs ask for (its processors, memory, load and uptime): memory,
addresses, keys, timers of others, hardware, and how the kernel was started, which may name secrets."""


def bound_user() -> None:
    """For whoever has just joined a user namespace and still sees the host's /proc/sys."""
    # a worker that is in a container itself may have a /proc/sys that nobody writes to
    with suppress(OSError):
        fd = os.open(WATCHERS_FILE, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, str(WATCHERS).encode())
        finally:
            os.close(fd)


def bound_mounts() -> None:
    """For whoever has the powers over the mounts that it sees."""
    for folder, files in FILES.items():
        kernel.remount(folder, kernel.MS_NOSUID | kernel.MS_NODEV, f"nr_inodes={files}")
    for name in MASKED_FOLDERS:
        _mask(name, kernel.cover_folder)
    for name in MASKED_FILES:
        _mask(name, kernel.cover_file)
    # some of its files are per namespace, and then belong to whoever is root of it
    kernel.bind_read_only("/proc/sys")
    # a remount sets all of its options anew: the modes are bubblewrap's
    kernel.remount("/dev/pts", kernel.MS_NOSUID | kernel.MS_NOEXEC, f"max={TERMINALS},ptmxmode=0666,mode=620")


def _mask(name: str, cover: Callable[[str], None]) -> None:
    path = f"/proc/{name}"
    if os.path.exists(path):  # noqa: PTH110 - pathlib costs the shim memory
        cover(path)
