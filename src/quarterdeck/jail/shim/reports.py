"""What a subreaper says of its command, and what is said in its place where it cannot."""

import signal
import socket
from typing import Any

Report = dict[str, Any]


def not_started(why: str) -> Report:
    return {"status": 127 << 8, "cpu_ms": 0, "peak": 0, "failure": why}


def killed() -> Report:
    return {"status": int(signal.SIGKILL), "cpu_ms": 0, "peak": 0, "failure": ""}


def said_on(channel: socket.socket) -> tuple[bytes, list[int]]:
    """The next message and what came with it; empty where there are no more."""
    for _ in range(2):
        try:
            message, fds, _, _ = socket.recv_fds(channel, 65536, 4, socket.MSG_CMSG_CLOEXEC)
        except ConnectionResetError:
            # it was closed before it had read all: that is told once, and before what was said last
            continue
        except OSError:
            break
        return message, fds
    return b"", []
