"""Runs calls of programs in forks of a process that has imported them. Run by its path, with a socket and what to load.

Each message on the inherited socket is a call: JSON with the program's `entry` (module:function), parts to load for it
and for later ones, words, environment, folder and whether it is `on_terminal`, and with it standard input, output,
error, and where to tell the pid and then the exit code. It ends when the other end of the socket is closed. See
`ready`.
"""

import atexit
import fcntl
import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import sys
import termios
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, NoReturn


def load(parts: Iterable[str]) -> None:
    """Each module, or all of a package: also what a program imports when it needs it."""
    for part in parts:
        module = importlib.import_module(part)
        for each in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{part}."):
            if not each.name.endswith("__main__"):
                importlib.import_module(each.name)
    gc.collect()
    gc.freeze()


def become(call: dict[str, Any], fds: list[int]) -> None:
    """What a start of the program would have given to it."""
    os.setsid()
    for number, fd in enumerate(fds[:3]):
        os.dup2(fd, number)
    for fd in fds:
        os.close(fd)
    os.environ.clear()
    os.environ.update(call["environment"])
    time.tzset()
    os.chdir(call["folder"])
    sys.argv = call["words"]
    if call["on_terminal"]:
        be_controlled()


def be_controlled() -> None:
    """By the terminal that the standard streams are, which are made as an interpreter on a terminal makes them."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115 - to the process's end
    sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115


def tell_end_of(pid: int, fds: list[int]) -> NoReturn:
    """Of the process that runs the call. Its ends of pipes must not stay open here."""
    for fd in fds[:3]:
        os.close(fd)
    os.write(fds[3], b"%d\n" % pid)
    _, status = os.waitpid(pid, 0)
    os.write(fds[3], b"%d\n" % os.waitstatus_to_exitcode(status))
    os._exit(0)


def wait_for_call(requests: socket.socket, loaded: set[str]) -> str:
    """Returns in a process that is to run one, and to end as a program does. Gives what to run."""
    while True:
        line, fds, _, _ = socket.recv_fds(requests, 1 << 20, 4)
        if not line:
            os._exit(0)
        call = json.loads(line)
        if more := set(call["parts"]) - loaded:
            load(more)
            loaded |= more
        if os.fork() == 0:
            break
        for fd in fds:
            os.close(fd)
    requests.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if pid := os.fork():
        tell_end_of(pid, fds)
    become(call, fds)
    return str(call["entry"])


def run(entry: str) -> None:
    module, _, function = entry.partition(":")
    try:
        getattr(importlib.import_module(module), function)()
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        leave(end.code or 0)
    else:
        leave(0)
    # What cannot be written is told, and counts, as it does for any program.


def leave(code: int) -> None:
    """Ends the process as the interpreter does, but for taking all modules apart: in a fork each page of them would be
    copied first, which took longer than most calls. Returns where something cannot be written.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()  # pyright: ignore[reportPrivateUsage]
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    at_once = sys.argv[2:]
    load(at_once)
    # Nobody waits for those that tell a call's end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    run(wait_for_call(socket.socket(fileno=int(sys.argv[1])), set(at_once)))
