"""The subreaper of one command, inside the jail: starts it, and is the parent of whatever it leaves behind.

Being a child subreaper (prctl(2)), it inherits every orphan the command makes, whatever session or group that hides
in, so "everything the command started" is exactly its descendants. It is the leader of the terminal's session too: the
command's shell may end while its background children keep the terminal.
"""

import array
import base64
import errno
import fcntl
import json
import os
import resource
import select
import signal
import socket
import struct
import termios
import time
from typing import Any

from quarterdeck.jail.shim import family, groups, kernel, shell, wake

MOST_STATE = 32 * 1024
"""Bytes of a shell's state that are told outside; a report is one message."""
EXTERMINATION_SECONDS = 5.0
ROUND_SECONDS = 0.01
IUTF8 = 0x4000
PTMX = "/dev/ptmx"
NO_TERMINAL = "The session has no terminal left: end a command or a program that holds some, or run without a terminal."

Config = dict[str, Any]


class Subreaper:
    """Forked before it is needed, it waits on its channel for the one command it is to start."""

    def __init__(self, channel: socket.socket, config: Config, doors: list[int]) -> None:
        self._channel = channel
        self._doors = doors
        self._config = config
        self._saved = ""
        self._state: str | None = None
        self._terminal = -1
        self._main = 0
        self._failure = ""
        self._status: int | None = None
        self._reported = False
        self._killed = False
        """Whether what was to be killed is gone, as far as it goes."""
        self._kill_at: float | None = None
        self._give_up_at = 0.0
        self._adopt()
        os.setsid()
        self._wake = wake.on_child()

    def run(self) -> None:
        # takes the kernel some milliseconds, and is done before there is a command
        groups.join(self._doors)
        self._warm_up()
        message, fds = receive(self._channel)
        if not message:
            return
        spec, text, *standard = fds
        self._begin(json.loads(read_memory(spec)), read_memory(text), standard)
        while not (self._reported and self._is_alone()):
            if not self._turn():
                break

    def _adopt(self) -> None:
        """From now on orphans of what it starts are its own."""
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)

    def _started(self) -> dict[int, family.Process]:
        """Everything that the command started and that lives."""
        return family.descendants(os.getpid())

    def _is_alone(self) -> bool:
        return not family.has_children()

    def _begin(self, spec: Config, text: bytes, standard: list[int]) -> None:
        self._saved = f"{self._config['state']}/{spec['command']}"
        # from here on it was begun: who does not hear of it gives the command to another
        self._channel.send(b'{"begun":true}')
        try:
            if spec["terminal"]:
                self._open_terminal(spec["terminal"], standard)
                standard = [self._terminal] * 3
            self._start(spec, text, standard)
        except OSError as error:
            taken = error.errno == errno.ENOSPC and error.filename == PTMX
            self._failure = NO_TERMINAL if taken else f"{error.strerror}: {error.filename or 'the command'}"
            self._report()
        for fd in set(standard) - {self._terminal}:
            os.close(fd)

    def _open_terminal(self, size: list[int], pipes: list[int]) -> None:
        """Opens a terminal of the jail's own devpts (ioctl_tty(2))."""
        master = os.open(PTMX, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        fcntl.ioctl(master, kernel.TIOCSPTLCK, struct.pack("i", 0))
        self._terminal = self._open_peer(master)
        columns, rows = size
        fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        modes = termios.tcgetattr(self._terminal)
        modes[0] |= IUTF8
        termios.tcsetattr(self._terminal, termios.TCSANOW, modes)
        fcntl.ioctl(self._terminal, termios.TIOCSCTTY, 0)
        self._connect_terminal(master, pipes)

    def _open_peer(self, master: int) -> int:
        return fcntl.ioctl(master, kernel.TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)

    def _connect_terminal(self, master: int, _pipes: list[int]) -> None:
        """Passes its master out."""
        socket.send_fds(self._channel, [b'{"terminal":true}'], [master])
        os.close(master)

    def _start(self, spec: Config, text: bytes, standard: list[int]) -> None:
        os.chdir(self._config["workspace"])
        start = self._prepare(spec, text)
        data = kernel.memory_file(start.data)
        begin = self._spawn if self._terminal < 0 else self._fork
        self._main = begin(start, [*standard, data])
        os.close(data)

    def _prepare(self, spec: Config, text: bytes) -> shell.Start:
        chosen = shell.choose(self._config["shells"])
        if chosen is None:
            raise OSError(errno.ENOENT, "The jail has no shell", ", ".join(self._config["shells"]))
        state = f"{self._config['state']}/state"
        start = shell.start(chosen, text, spec["environment"], state, self._saved)
        # once there is a state, the exported variables are all in it
        first = not os.path.exists(state)  # noqa: PTH110 - pathlib costs the shim memory
        start.environment = (self._config["environment"] if first else {}) | start.environment
        return start

    def _warm_up(self) -> None:
        """A start without its effect. The memory it touches is copied now and not when a command waits for it."""
        try:
            start = self._prepare(json.loads('{"environment": {}}'), b"true")
        except OSError:
            # told when there is a command
            return
        os.close(kernel.memory_file(start.data))

    def _spawn(self, start: shell.Start, fds: list[int]) -> int:
        """Shares this process's memory until it executes, and so costs half of a fork."""
        return os.posix_spawn(
            start.shell,
            start.arguments,
            start.environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, fd, target) for target, fd in enumerate(fds)],
            setpgroup=0,
            setsigmask=(),
            setsigdef=wake.CHANGED,
        )

    def _fork(self, start: shell.Start, fds: list[int]) -> int:
        """For a terminal: the child puts itself into the foreground before it is anything else."""
        pid = os.fork()
        if pid:
            return pid
        try:
            os.setpgid(0, 0)
            # SIGTTOU is still ignored, so this does not stop a process that is not in the foreground yet
            os.tcsetpgrp(self._terminal, os.getpid())
            for target, fd in enumerate(fds):
                os.dup2(fd, target)
            wake.restore()
            os.execve(start.shell, start.arguments, start.environment)  # noqa: S606 - it is the jail's
        finally:
            os._exit(127)

    def _turn(self) -> bool:
        poll = select.poll()
        for fd, events in self._interests().items():
            poll.register(fd, events)
        ready = {fd for fd, _ in poll.poll(self._patience())}
        if self._wake.fileno() in ready:
            wake.clear(self._wake)
        if self._channel.fileno() in ready and not self._obey():
            return False
        self._collect()
        self._see_to_the_killing()
        return True

    def _interests(self) -> dict[int, int]:
        """By descriptor, the events that are waited for."""
        return {self._wake.fileno(): select.POLLIN, self._channel.fileno(): select.POLLIN}

    def _patience(self) -> float | None:
        """How long to wait for news, in milliseconds."""
        if self._kill_at is None:
            return None
        if self._give_up_at:
            return ROUND_SECONDS * 1000
        return max(0.0, self._kill_at - time.monotonic()) * 1000

    def _obey(self) -> bool:
        message = self._channel.recv(65536)
        if not message:
            return False
        self._do(json.loads(message))
        return True

    def _do(self, asked: Config) -> None:
        if asked["do"] == "signal":
            self._signal(int(asked["signal"]))
        elif asked["do"] == "kill":
            self._begin_to_kill(float(asked["grace"]))

    def _signal(self, number: int) -> None:
        group = os.tcgetpgrp(self._terminal) if self._terminal >= 0 else self._main
        if group > 1 and self._status is None:
            family.send(-group, number)

    def _begin_to_kill(self, grace: float) -> None:
        for pid in self._started():
            family.send(pid, signal.SIGTERM)
            family.send(pid, signal.SIGCONT)
        at = time.monotonic() + grace
        self._kill_at = at if self._kill_at is None else min(at, self._kill_at)

    def _see_to_the_killing(self) -> None:
        if self._kill_at is None:
            return
        now = time.monotonic()
        if self._is_alone():
            self._killed = True
            self._report()
        elif now >= self._kill_at:
            self._give_up_at = self._give_up_at or now + EXTERMINATION_SECONDS
            family.kill_all(self._started)
            self._collect()
            if now >= self._give_up_at:
                # what is left hangs in the kernel and dies when that lets go of it
                self._killed = True
                self._report()

    def _collect(self) -> None:
        ended = family.reap()
        if self._main in ended:
            self._status = ended[self._main]
            self._keep_state()
            if self._kill_at is None:
                self._report()

    def _keep_state(self) -> None:
        """Makes what the shell wrote at its exit the state, if it wrote it to the end; a new one is reported."""
        kept = f"{self._config['state']}/state"
        try:
            written = _start_of(self._saved)
            if not _is_whole(self._saved):
                os.unlink(self._saved)  # noqa: PTH108 - pathlib costs the shim memory
                return
            if not os.path.exists(kept) or _start_of(kept) != written:  # noqa: PTH110 - as above
                self._state = base64.b64encode(written if len(written) <= MOST_STATE else b"").decode()
            os.rename(self._saved, kept)  # noqa: PTH104 - as above
        except OSError:
            # nothing was written: the state stays as it was
            return

    def _report(self) -> None:
        if self._reported:
            return
        self._reported = True
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        answer: Config = {
            "status": self._status if self._status is not None else signal.SIGKILL,
            "cpu_ms": int((usage.ru_utime + usage.ru_stime) * 1000),
            "peak": usage.ru_maxrss * 1024,
            "failure": self._failure,
            "killed": self._killed,
            "state": self._state,
        }
        try:
            self._channel.send(json.dumps(answer).encode())
        except OSError:
            # the shim is gone, and the jail goes with it
            return


def _start_of(path: str) -> bytes:
    """A state file, or where it is too long to be told, more of it than that."""
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib costs the shim memory
        return file.read(MOST_STATE + 1)


def _is_whole(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123 - as above
        file.seek(-len(shell.WHOLE), os.SEEK_END)
        return file.read() == shell.WHOLE


def read_memory(fd: int) -> bytes:
    """All of a memory file, which is closed."""
    data = os.pread(fd, os.fstat(fd).st_size, 0)
    os.close(fd)
    return data


def receive(channel: socket.socket, room: int = 16) -> tuple[bytes, list[int]]:
    """A message with its descriptors, all close-on-exec."""
    message, ancillary, _, _ = channel.recvmsg(
        65536, socket.CMSG_SPACE(room * array.array("i").itemsize), socket.MSG_CMSG_CLOEXEC
    )
    fds = array.array("i")
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(data[: len(data) - (len(data) % fds.itemsize)])
    return message, list(fds)
