"""What the shim leaves in its folder for a later worker to check against the kernel: who it is and whose jail it holds.

A pid alone is not enough, since pids are used again; a pid with its start time and the boot's id is one process.
"""

import json
import os
from typing import Any, cast

RECORD = "record.json"


def started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None for one that is not there, or only as a zombie."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
            fields = file.read().rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {b"Z", b"X"} else int(fields[19])


def boot() -> str:
    with open("/proc/sys/kernel/random/boot_id") as file:  # noqa: PTH123 - as above
        return file.read().strip()


def write(first: int) -> None:
    """Into the current folder: this process, and `first`, the first of the jail's pid namespace."""
    known = {
        "boot": boot(),
        "shim": [os.getpid(), started(os.getpid())],
        "first": [first, started(first)],
    }
    fd = os.open(f"{RECORD}.new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.write(fd, json.dumps(known).encode())
    finally:
        os.close(fd)
    os.rename(f"{RECORD}.new", RECORD)  # noqa: PTH104 - as above


def remove(name: str) -> None:
    try:
        os.unlink(name)  # noqa: PTH108 - as above
    except FileNotFoundError:
        return


def parse(message: bytes) -> dict[str, Any]:
    parsed = json.loads(message)
    if not isinstance(parsed, dict):
        raise TypeError("no object")
    return cast("dict[str, Any]", parsed)
