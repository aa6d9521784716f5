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
import selectors
import socket
import sys
import termios
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from quarterdeck.jail.shim import kernel


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


class Programs:
    """Those that run. Watched: who asks for one, and the end of each, with its pid and where its exit code is told.

    Of those that run when this ends, nobody is told the end.
    """

    def __init__(self, requests: socket.socket, loaded: Iterable[str]) -> None:
        self._requests, self._loaded = requests, set(loaded)
        self._watched = selectors.DefaultSelector()
        self._watched.register(requests, selectors.EVENT_READ)

    def wait_for_call(self) -> str:
        """Returns in a process that is to run one, and to end as a program does. Gives what to run."""
        while True:
            for key, _ in self._watched.select():
                if key.data is not None:
                    self._tell_end(key.fd, *key.data)
                elif entry := self._take_call():
                    return entry

    def _take_call(self) -> str | None:
        """None where this is still the server."""
        line, fds, _, _ = socket.recv_fds(self._requests, 1 << 20, 4)
        if not line:
            os._exit(0)
        call = json.loads(line)
        if more := set(call["parts"]) - self._loaded:
            load(more)
            self._loaded |= more
        if pid := os.fork():
            # the call's ends of pipes must not stay open here
            for fd in fds[:3]:
                os.close(fd)
            self._watched.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, fds[3]))
            tell(fds[3], pid)
            return None
        self._let_go()
        become(call, fds)
        return str(call["entry"])

    def _tell_end(self, handle: int, pid: int, told: int) -> None:
        self._watched.unregister(handle)
        os.close(handle)
        _, status = os.waitpid(pid, 0)
        tell(told, os.waitstatus_to_exitcode(status))
        os.close(told)

    def _let_go(self) -> None:
        """Of what is the server's and the other calls'."""
        for key in list(self._watched.get_map().values()):
            if key.data is not None:
                os.close(key.fd)
                os.close(key.data[1])
        self._watched.close()
        self._requests.close()


def tell(to: int, number: int) -> None:
    """Nobody may be left to hear it."""
    with suppress(BrokenPipeError):
        os.write(to, b"%d\n" % number)


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


def outlive_thread() -> None:
    """Whoever started this process ends it by the socket; a thread of theirs that ends would kill it otherwise."""
    kernel.prctl(kernel.PR_SET_PDEATHSIG, 0)


if __name__ == "__main__":
    outlive_thread()
    at_once = sys.argv[2:]
    load(at_once)
    run(Programs(socket.socket(fileno=int(sys.argv[1])), at_once).wait_for_call())
