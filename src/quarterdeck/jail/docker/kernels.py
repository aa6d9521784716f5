"""Ending a container whose kernel is a process on the host (gVisor's), also where what should end it hangs.

A runtime that asks such a kernel to end itself waits for ever if that hangs. And containerd's shim can stand still over
the exits of many processes at once (seen with containerd 1.6.20, whose reaper waits for a lock of its own): then nobody
takes note of any end, and every request for the container waits. So both are killed. containerd clears away what a
killed shim leaves, and tells Docker.
"""

import os
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from docker.models.containers import Container

from quarterdeck.jail.docker import look

NOTE_SECONDS = 10.0
"""What containerd and Docker have to take note of an end; they take a tenth of a second."""
POLL_SECONDS = 0.02
SHIM = "containerd-shim"


def end(found: Container) -> None:
    """Kills the kernel and its shim, and waits until Docker knows, or long enough.

    Only root may; for others, and for containers on the host's kernel, Docker has to do.
    """
    if cast("Mapping[str, Any]", found.attrs)["HostConfig"]["Runtime"] in look.OF_THE_HOST or os.geteuid() != 0:
        return
    if kernel := _kernel(found):
        _kill(kernel, lambda pid: _kernel_now(found) == pid)
    own = cast("str", found.id)
    for shim in _shims(own):
        _kill(shim, lambda pid: _is_shim(pid, own))
    deadline = time.monotonic() + NOTE_SECONDS
    while _kernel_now(found) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)


def _kernel(found: Container) -> int:
    """Its number on the host; 0 where Docker knows of none."""
    pid: int = cast("Mapping[str, Any]", found.attrs)["State"]["Pid"]
    return pid


def _kernel_now(found: Container) -> int:
    found.reload()
    return _kernel(found)


def _shims(container_id: str) -> list[int]:
    return [int(each.name) for each in Path("/proc").glob("[0-9]*") if _is_shim(int(each.name), container_id)]


def _is_shim(pid: int, container_id: str) -> bool:
    with suppress(OSError):
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
        return Path(words[0]).name.startswith(SHIM) and container_id in words
    return False


def _kill(pid: int, is_still_meant: Callable[[int], bool]) -> None:
    """Asked after the process is held: the number may have become another's."""
    with suppress(OSError):
        process = os.pidfd_open(pid)
        try:
            if is_still_meant(pid):
                signal.pidfd_send_signal(process, signal.SIGKILL)
        finally:
            os.close(process)
