"""A command as the shim knows it: its descriptors, its spool, how it is to end and how it did."""

import fcntl
import json
import os
import signal
import socket
import struct
import termios
import time
from typing import Any, Protocol

from quarterdeck.application.frames import RESIZE, FrameKind
from quarterdeck.jail.shim.feed import Callback, Feed, Watcher
from quarterdeck.jail.shim.groups import Group, Used
from quarterdeck.jail.shim.inside import Subreaper
from quarterdeck.jail.shim.spool import Spool

FRAME = 64 * 1024
FRAMES_PER_WAKE = 16
UNRESPONSIVE_SECONDS = 7.0
ATTEMPTS = 5
"""Subreapers that are given a command in turn, where all but the last were killed before they began it."""
LIMITS_TOLD = {
    "out_of_memory": "The session's memory ran out: everything that this command started was ended.",
    "too_many_processes": "The session's processes ran out: some that this command wanted could not be started.",
}
END_OF_INPUT = b"\x04"

Head = dict[str, Any]
_buffer = memoryview(bytearray(FRAME))


class Loop(Watcher, Protocol):
    """What a command needs from the shim."""

    def grown(self, command: "Running") -> None:
        """The spool has more."""
        ...

    def finished(self, command: "Running") -> None: ...
    def not_begun(self, command: "Running") -> None:
        """Its subreaper is gone and had not begun: hand what was `passed` to another and `attach` that."""
        ...

    def orphaned(self, command: "Running") -> None:
        """Its subreaper is gone without a word: find out whether the whole jail is, and `abandon` it."""
        ...

    def deserted(self, command: "Running") -> None:
        """Nothing that it started is left."""
        ...


class Running:
    """`outputs` maps descriptors that are read to their frame kind; a command of a terminal has one, its master."""

    def __init__(self, loop: Loop, name: str, spool: Spool, head: Head, output_room: int) -> None:
        self.name = name
        self.spool = spool
        self.given_up = False
        self.number = 0
        """Its subreaper's, as the agent knows it."""
        self.group: Group | None = None
        self.armed: dict[int, int] = {}
        self.waiting: list[tuple[int, int]] = []
        self.passed: list[int] = []
        """What a subreaper needs to begin it; closed once one has."""
        self.exit: Head | None = None
        self.deadline: float | None = time.monotonic() + head["timeout"]
        self._loop = loop
        self._output_room = output_room
        self._outputs: dict[int, FrameKind] = {}
        self._watched: set[int] = set()
        self._feed = Feed(loop)
        self._attempts = 0
        self._is_terminal = bool(head["terminal"])
        self._channel: socket.socket | None = None
        self._report: Head | None = None
        self._left: dict[int, int] = {}
        self._reason: str | None = None
        self._used: Used | None = None
        self._began = time.monotonic()
        self._wall_ms = 0

    # --- beginning -------------------------------------------------------------------------------------------------

    def open(self, outputs: dict[int, FrameKind], input_fd: int, passed: list[int]) -> None:
        self.passed = passed
        for fd, kind in outputs.items():
            self._read_from(fd, kind)
        if input_fd >= 0:
            self._feed.open(input_fd)

    def attach(self, subreaper: Subreaper) -> None:
        """To the one that was given what is `passed`."""
        self._attempts += 1
        self.number, self.group = subreaper.number, subreaper.group
        self._channel = subreaper.channel
        self._loop.watch(self._channel.fileno(), self._hear)

    @property
    def can_begin(self) -> bool:
        """It has not, and another subreaper may still begin it."""
        return bool(self.passed) and not self.dying and self._attempts < ATTEMPTS

    def _let_go_of_passed(self) -> None:
        for fd in self.passed:
            os.close(fd)
        self.passed.clear()

    def _read_from(self, fd: int, kind: FrameKind) -> None:
        os.set_blocking(fd, False)
        self._outputs[fd] = kind
        self.resume()

    # --- output ----------------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Reads from the command again after the spool had no room, and finishes it if only that was missing."""
        if self.spool.full and self.exit is None:
            return
        for fd in self._outputs:
            if fd not in self._watched:
                self._watched.add(fd)
                self._loop.watch(fd, self._reader(fd))
        if self._report is not None and self.exit is None:
            self._drain_the_rest()

    def _reader(self, fd: int) -> Callback:
        return lambda: self._read(fd)

    def _read(self, fd: int) -> None:
        if self.exit is not None or self.spool.offset > self._output_room:
            self._discard(fd)
            return
        for _ in range(FRAMES_PER_WAKE):
            if self.spool.full:
                self._pause()
                break
            if self._read_frame(fd) < FRAME or self.spool.offset > self._output_room:
                break
        self._loop.grown(self)
        if self.spool.offset > self._output_room:
            self.spool.add(FrameKind.GAP, f"The output limit of {self._output_room} bytes was reached.".encode())
            self.kill("output_limit", 0)

    def _read_frame(self, fd: int, most: int = FRAME) -> int:
        """Gathers what is readable into one frame (a terminal gives 4 KiB at a time) and returns its size."""
        size, kind = 0, self._outputs[fd]
        try:
            while size < most:
                count = os.readv(fd, [_buffer[size:most]])
                if count == 0:
                    self._close_output(fd)
                    break
                size += count
        except BlockingIOError:
            pass
        except OSError:
            # EIO: nobody holds the terminal's other side any more
            self._close_output(fd)
        if size:
            self.spool.add(kind, _buffer[:size])
        return size

    def _discard(self, fd: int) -> None:
        """Output of what the command left running goes nowhere, but must not block it."""
        for _ in range(FRAMES_PER_WAKE):
            try:
                if not os.readv(fd, [_buffer]):
                    self._close_output(fd)
                    return
            except BlockingIOError:
                return
            except OSError:
                self._close_output(fd)
                return

    def _pause(self) -> None:
        for fd in self._watched:
            self._loop.unwatch(fd)
        self._watched.clear()

    def _close_output(self, fd: int) -> None:
        if fd in self._watched:
            self._watched.discard(fd)
            self._loop.unwatch(fd)
        del self._outputs[fd]
        os.close(fd)

    # --- input -----------------------------------------------------------------------------------------------------

    def write_input(self, data: bytes, *, end: bool) -> str | None:
        """Takes input, or says why not."""
        if self._report is not None:
            return "The command has ended."
        if not self._feed.has_room_for(data):
            return f"The command has not read {self._feed.unread:,} bytes of input yet."
        for start in range(0, len(data), FRAME):
            self.spool.add(FrameKind.INPUT, data[start : start + FRAME])
        if self._is_terminal:
            self._feed.write(data + END_OF_INPUT if end else data, end=False)
        else:
            self._feed.write(data, end=end)
        self._loop.grown(self)
        return None

    def resize(self, columns: int, rows: int) -> None:
        if self._is_terminal and self.exit is None:
            self.spool.add(FrameKind.RESIZE, RESIZE.pack(columns, rows))
            self._set_size(columns, rows)
            self._loop.grown(self)

    def _set_size(self, columns: int, rows: int) -> None:
        master = next((fd for fd in self._outputs if os.isatty(fd)), None)
        if master is None:
            # it is not handed out of this jail
            self._tell({"do": "resize", "size": [columns, rows]})
        else:
            fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    # --- ending ----------------------------------------------------------------------------------------------------

    def signal(self, name: str) -> None:
        if self.exit is None:
            self.spool.add(FrameKind.SIGNAL, name.encode())
            self._tell({"do": "signal", "signal": signal.Signals[f"SIG{name}"].value})
            self._loop.grown(self)

    def kill(self, reason: str, grace: float) -> None:
        """Ends everything it started. Where its subreaper does not see to it in time, `overdue` tells the shim."""
        self._reason = self._reason or reason
        self.deadline = time.monotonic() + grace + UNRESPONSIVE_SECONDS
        if self.group and not self.group.thawed:
            # its subreaper is frozen as well, and nothing of it may run once more
            self.group.kill()
        self._tell({"do": "kill", "grace": grace})

    @property
    def dying(self) -> bool:
        return self._reason is not None

    def _tell(self, message: Head) -> None:
        if self._channel is not None:
            try:
                self._channel.send(json.dumps(message).encode())
            except OSError:
                # its subreaper is gone, and `_hear` has heard or will hear
                return

    def _hear(self) -> None:
        """The subreaper speaks, passes the terminal, or is no more."""
        assert self._channel is not None
        message, fds = _said_on(self._channel)
        if not message:
            self._fall_silent()
            return
        self._let_go_of_passed()
        said = json.loads(message)
        if "begun" in said:
            return
        if "terminal" in said:
            for fd in fds:
                self._feed.open(os.dup(fd))
                self._read_from(fd, FrameKind.OUTPUT)
        elif "broken" in said:
            self.fail(said["broken"])
        else:
            self._end(said)

    def _fall_silent(self) -> None:
        """One that waited may have been killed from inside just before it was given this command."""
        if self.can_begin:
            self._stop_hearing()
            self._loop.deserted(self)
            self._loop.not_begun(self)
            return
        self._look_at_the_group()
        self._stop_hearing()
        if self._report is None:
            self._loop.orphaned(self)
        self._loop.deserted(self)

    def _stop_hearing(self) -> None:
        if self._channel is not None:
            self._loop.unwatch(self._channel.fileno())
            self._channel.close()
            self._channel = None

    def fail(self, why: str) -> None:
        """It could not be started."""
        self._end({"status": 127 << 8, "cpu_ms": 0, "peak": 0, "failure": why})

    def abandon(self, why: str, reason: str | None = None) -> None:
        """What ran is gone, or will be soon, without having said how it ended."""
        if self._report is None:
            self._reason = self._reason or reason
            if not (self.dying or (self._used and self._used.killed_for_memory)):
                self.spool.add(FrameKind.GAP, why.encode())
            self._end({"status": int(signal.SIGKILL), "cpu_ms": 0, "peak": 0, "failure": ""})

    def _end(self, report: Head) -> None:
        if self._report is not None:
            return
        self._let_go_of_passed()
        self._report = report
        self._look_at_the_group()
        self._wall_ms = int((time.monotonic() - self._began) * 1000)
        self.deadline = None
        if report["failure"]:
            self.spool.add(FrameKind.ERROR, f"{report['failure']}\n".encode())
        self._left = {fd: _readable(fd) for fd in self._outputs}
        self._drain_the_rest()

    def _drain_the_rest(self) -> None:
        """Reads what was printed before the end; what background children print from now on is theirs alone."""
        for fd in list(self._left):
            while self._left[fd] > 0 and fd in self._outputs and self.spool.offset <= self._output_room:
                if self.spool.full:
                    self._pause()
                    self._loop.grown(self)
                    return
                size = self._read_frame(fd, min(FRAME, self._left[fd]))
                if size == 0:
                    break
                self._left[fd] -= size
            del self._left[fd]
        self._feed.close()
        self._tell_of_a_limit()
        self.spool.add(FrameKind.END)
        self.exit = self._outcome()
        self.resume()
        self._loop.grown(self)
        self._loop.finished(self)

    def _tell_of_a_limit(self) -> None:
        reason = self._reason or self._limit_hit()
        if reason in LIMITS_TOLD:
            self.spool.add(FrameKind.GAP, LIMITS_TOLD[reason].encode())

    def _outcome(self) -> Head:
        assert self._report is not None
        status = int(self._report["status"])
        code, number = (None, os.WTERMSIG(status)) if os.WIFSIGNALED(status) else (os.WEXITSTATUS(status), None)
        reason = self._reason or self._limit_hit() or ("signalled" if number is not None else "exited")
        if self._report["failure"]:
            code, number, reason = None, None, "not_started"
        cpu_ms, peak = (self._used.cpu_ms, self._used.peak_bytes) if self._used else (None, None)
        return {
            "exit_code": code,
            "signal": None if number is None else _name(number),
            "reason": reason,
            "wall_ms": self._wall_ms,
            "cpu_ms": self._report["cpu_ms"] if cpu_ms is None else cpu_ms,
            "peak_memory_bytes": peak or self._report["peak"],
            "shell_state": self._report.get("state"),
        }

    def _look_at_the_group(self) -> None:
        """While there still is one."""
        if self.group is not None and self._used is None:
            self._used = self.group.used()

    def _limit_hit(self) -> str:
        """The limit that a failed command ran into, as far as its group knows."""
        if self._used is None or self._report is None:
            return ""
        if self._used.killed_for_memory:
            return "out_of_memory"
        return "too_many_processes" if self._report["status"] and self._used.refused_processes else ""

    @property
    def is_deserted(self) -> bool:
        return self._channel is None

    def close(self) -> None:
        """Lets go of everything, the spool's files included. What it left running would lose its terminal."""
        self._let_go_of_passed()
        self._stop_hearing()
        for fd in list(self._outputs):
            self._close_output(fd)
        self._feed.close()
        self.spool.remove()


def _readable(fd: int) -> int:
    """How much was printed and not read. A terminal tells only its last buffer; all of its buffers are below 1 MiB."""
    if os.isatty(fd):
        return 1024 * 1024
    (count,) = struct.unpack("i", fcntl.ioctl(fd, termios.FIONREAD, bytes(4)))
    return int(count)


def _said_on(channel: socket.socket) -> tuple[bytes, list[int]]:
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


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name.removeprefix("SIG")
    except ValueError:
        return f"RTMIN+{number - signal.SIGRTMIN}"
