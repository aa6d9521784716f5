"""The agent of a jail whose kernel gives no descriptors out: terminals and connections are copied inside.

See `jail.shim.apart` for the shim's side.
"""

import fcntl
import os
import select
import signal
import socket
import struct
import termios
from collections.abc import Callable
from typing import Any

from quarterdeck.jail.shim import family, kernel, marks
from quarterdeck.jail.shim.agent import Agent
from quarterdeck.jail.shim.family import Process
from quarterdeck.jail.shim.relay import Crossing, Events, Pump, wait
from quarterdeck.jail.shim.subreaper import Subreaper, receive
from quarterdeck.jail.shim.watching import OwnKernelWatch

CONNECT_SECONDS = 10.0
MOST_CONNECTIONS = 160
"""Of one listener, and of all that is dialled: more than the egress proxy serves, which says itself that it is full."""
LAST_BYTES = 1024 * 1024
"""So much of what a terminal still holds is told before a command's end; all of its buffers are below that."""
SIGNALS = {
    termios.VINTR: signal.SIGINT,
    termios.VQUIT: signal.SIGQUIT,
    termios.VSUSP: signal.SIGTSTP,
}
"""By special character (termios(3)), what it sends."""
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}

Config = dict[str, Any]


class Typed(Pump):
    """What is typed on its way to a terminal whose kernel may make no signals of it: they are made here."""

    __slots__ = ("_signal",)

    def __init__(self, source: int, master: int, signal_group: Callable[[int], None]) -> None:
        super().__init__(source, master)
        self._signal = signal_group

    def _read(self) -> None:
        super()._read()
        if self._kept:
            self._kept = memoryview(self._without_signals(bytes(self._kept)))

    def _without_signals(self, data: bytes) -> bytes:
        modes = termios.tcgetattr(self._target)
        if modes[3] & termios.ISIG:
            for index, number in SIGNALS.items():
                character = modes[6][index]
                if isinstance(character, bytes) and character != b"\0" and character in data:
                    data = data.replace(character, b"")
                    self._signal(number)
        return data


class RelayingSubreaper(Subreaper):
    """The terminal's master stays here. The shim has two pipes in its place, and says when the size changes."""

    def __init__(self, channel: socket.socket, config: Config, doors: list[int]) -> None:
        super().__init__(channel, config, doors)
        self._master = -1
        self._pumps: list[Pump] = []
        self._last: int | None = None
        """How much is to be printed before the end is told, once it has come."""

    def _adopt(self) -> None:
        marks.put_on()

    def _started(self) -> dict[int, Process]:
        return marks.members(os.getpid())

    def _is_alone(self) -> bool:
        return super()._is_alone() and not self._started()

    def _open_peer(self, master: int) -> int:
        (number,) = struct.unpack("I", fcntl.ioctl(master, kernel.TIOCGPTN, bytes(4)))
        return os.open(f"/dev/pts/{number}", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)

    def _connect_terminal(self, master: int, pipes: list[int]) -> None:
        self._master = master
        for fd in (master, *pipes):
            os.set_blocking(fd, False)
        typed, printed = pipes
        self._pumps = [Pump(master, printed), Typed(typed, master, self._signal)]

    def _interests(self) -> Events:
        interests = super()._interests()
        for pump in self._pumps:
            pump.wait_in(interests)
        return interests

    def _collect(self) -> None:
        for pump in self._pumps:
            pump.move()
        super()._collect()
        if self._last is not None:
            self._report()

    def _do(self, asked: Config) -> None:
        if asked["do"] == "resize" and self._master >= 0:
            columns, rows = asked["size"]
            fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            self._signal(signal.SIGWINCH)
        super()._do(asked)

    def _report(self) -> None:
        """What was printed before the end goes out before the word of it."""
        if not self._pumps:
            super()._report()
            return
        printed = self._pumps[0]
        if self._last is None:
            self._last = printed.moved + LAST_BYTES
        while printed.moved < self._last and printed.move():
            pass
        if printed.is_empty or printed.moved >= self._last:
            super()._report()


class RelayingAgent(Agent):
    subreaper = RelayingSubreaper
    watch = OwnKernelWatch

    def _reap(self) -> None:
        super()._reap()
        # perhaps an orphan of a command, of which its subreaper hears no other way
        for pid in self._subreapers:
            family.send(pid, signal.SIGCHLD)

    def _strays(self) -> dict[int, Process]:
        return family.descendants(os.getpid(), self._own | marks.marked_by(set(self._subreapers)))

    def _started_by(self, subreaper: int) -> dict[int, Process]:
        return marks.members(subreaper)

    def _pass_socket(self, asked: Config, fds: list[int]) -> None:
        """A fork connects or listens, answers, and copies from then on what goes through."""
        (given,) = fds
        if len(self._helpers) >= MOST_CONNECTIONS:
            os.close(given)
            self._answer(asked["id"], error="The jail has no room for another connection.")
            return
        reach = self._listen if asked["listen"] else self._dial
        self._help(asked["id"], given, lambda: reach(asked, socket.socket(fileno=given)))

    def _dial(self, asked: Config, outer: socket.socket) -> None:
        with socket.socket(asked["family"], socket.SOCK_STREAM) as inner:
            inner.settimeout(CONNECT_SECONDS)
            try:
                inner.connect((LOOPBACK[asked["family"]], asked["port"]))
            except OSError:
                self._answer(asked["id"], refused=True)
                return
            self._answer(asked["id"])
            _carry(Crossing(inner, outer))

    def _listen(self, asked: Config, outer: socket.socket) -> None:
        with socket.socket(asked["family"], socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((LOOPBACK[asked["family"]], asked["port"]))
            except OSError as error:
                said = f"Port {asked['port']} of the session's loopback is in use: {error.strerror}."
                self._answer(asked["id"], error=said)
                return
            listener.listen(MOST_CONNECTIONS)
            listener.settimeout(0)
            self._answer(asked["id"])
            Arrivals(listener, outer).serve()


def _carry(crossing: Crossing) -> None:
    ready: Events = {}
    while crossing.move(ready):
        interests: Events = {}
        crossing.wait_in(interests)
        ready = wait(interests)


class Arrivals:
    """Connections that come to a listener in the jail: each is announced outside, and goes on in what that gives."""

    def __init__(self, listener: socket.socket, outer: socket.socket) -> None:
        self._listener = listener
        self._outer = outer
        self._announced: list[socket.socket] = []
        self._crossings: list[Crossing] = []

    def serve(self) -> None:
        """As long as somebody outside wants them."""
        while True:
            ready = wait(self._interests())
            if self._outer.fileno() in ready and not self._let_through():
                return
            if self._listener.fileno() in ready:
                self._announce()
            self._crossings = [each for each in self._crossings if each.move(ready)]

    def _interests(self) -> Events:
        interests = {self._outer.fileno(): select.POLLIN}
        if len(self._announced) + len(self._crossings) < MOST_CONNECTIONS:
            interests[self._listener.fileno()] = select.POLLIN
        for crossing in self._crossings:
            crossing.wait_in(interests)
        return interests

    def _announce(self) -> None:
        try:
            come, _ = self._listener.accept()
        except OSError:
            # it is gone already
            return
        self._announced.append(come)
        self._outer.send(b"come")

    def _let_through(self) -> bool:
        """Whether there is still somebody."""
        message, fds = receive(self._outer)
        for fd in fds:
            self._crossings.append(Crossing(self._announced.pop(0), socket.socket(fileno=fd)))
        return bool(message)
