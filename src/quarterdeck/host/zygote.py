"""The roles' zygote: a process that has imported what they are made of, from which each is forked.

Run as the account that they run as, with the number of a socket's descriptor and the modules to load. Each message on
the socket is a start: a command line of this package's and variables, with descriptors of its log and of a socket, on
which its pid and then its exit code are told. A role dies with its zygote, and this with its supervisor.

It knows no secret: what a role needs to know it reads when it has been forked.
"""

import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from quarterdeck import readiness
from quarterdeck.jail.shim import kernel

ENTRY = "quarterdeck.__main__"
LARGEST_MESSAGE = 1 << 16


@dataclass(frozen=True)
class Start:
    argv: list[str]
    environment: dict[str, str]
    log: int
    told: socket.socket


@dataclass(frozen=True)
class Born:
    pid: int
    handle: int
    """A pidfd: readable when it has ended."""
    told: socket.socket

    def close(self) -> None:
        os.close(self.handle)
        self.told.close()


class Zygote:
    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._born: dict[int, Born] = {}
        self._watched = selectors.PollSelector()
        self._watched.register(control, selectors.EVENT_READ)

    def next(self) -> Start:
        """Returns in a process that was forked for it, and never in this one: it ends when its supervisor does."""
        while True:
            for key, _ in self._watched.select():
                if key.data is not None:
                    key.data()
                elif (start := self._fork()) is not None:
                    return start

    def _fork(self) -> Start | None:
        message, descriptors, _, _ = socket.recv_fds(self._control, LARGEST_MESSAGE, 2)
        if not message:
            sys.exit(0)
        start = Start(**json.loads(message), log=descriptors[0], told=socket.socket(fileno=descriptors[1]))
        zygote = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_born(start, zygote)
            return start
        os.close(start.log)
        born = Born(pid, os.pidfd_open(pid), start.told)
        self._born[pid] = born
        self._watched.register(born.handle, selectors.EVENT_READ, partial(self._tell_end, born))
        self._tell(born, pid)
        return None

    def _be_born(self, start: Start, zygote: int) -> None:
        """Lets go of all that is the zygote's."""
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != zygote:
            os._exit(0)
        os.setsid()
        self._watched.close()
        self._control.close()
        for other in self._born.values():
            other.close()
        start.told.close()

    def _tell_end(self, born: Born) -> None:
        """It stays unreaped until the supervisor has heard of it, so that its pid means no other process meanwhile."""
        ended = os.waitid(os.P_PIDFD, born.handle, os.WEXITED | os.WNOWAIT)
        assert ended is not None
        self._tell(born, ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status)
        self._watched.unregister(born.handle)
        self._watched.register(born.told, selectors.EVENT_READ, partial(self._reap, born))

    def _tell(self, born: Born, number: int) -> None:
        try:
            born.told.send(str(number).encode())
        except BrokenPipeError:
            # Given up as too slow; another is asked for.
            os.kill(born.pid, signal.SIGKILL)

    def _reap(self, born: Born) -> None:
        self._watched.unregister(born.told)
        os.waitpid(born.pid, 0)
        del self._born[born.pid]
        born.close()


def load(modules: Sequence[str]) -> None:
    """What the collector never touches stays shared between this process and those that are forked from it.

    It is not collected before: it looked for 0.3 s of each start and found next to nothing.
    """
    gc.disable()
    for name in modules:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()


def become(start: Start) -> None:
    """What a start of the program would have given to it."""
    for standard in (1, 2):
        os.dup2(start.log, standard)
    os.close(start.log)
    os.environ.update(start.environment)
    sys.argv = start.argv[start.argv.index("-m") + 1 :]
    kernel.set_title("\0".join(start.argv))


def main() -> None:
    load([ENTRY, *sys.argv[2:]])
    zygote = Zygote(socket.socket(fileno=int(sys.argv[1])))
    readiness.tell(readiness.READY)
    become(zygote.next())
    importlib.import_module(ENTRY).main()


if __name__ == "__main__":
    main()
