"""A command as the shim knows it: its descriptors, its spool, how it is to end and how it did."""

import fcntl
import json
import os
import signal
import socket
import struct
import termios
import time
from typing import Protocol

from quarterdeck.application.frames import RESIZE, FrameKind
from quarterdeck.jail.shim import reports
from quarterdeck.jail.shim.feed import Feed, Watcher
from quarterdeck.jail.shim.groups import Group, Used
from quarterdeck.jail.shim.inside import Subreaper
from quarterdeck.jail.shim.outcomes import LIMITS_TOLD, Head, limit_hit, outcome
from quarterdeck.jail.shim.printed import FRAME, Printed
from quarterdeck.jail.shim.spool import Spool

UNRESPONSIVE_SECONDS = 7.0
ATTEMPTS = 5
"""Subreapers that are given a command in turn, where all but the last were killed before they began it."""
END_OF_INPUT = b"\x04"


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
        self._printed = Printed(loop, spool, output_room, self._has_printed)
        self._feed = Feed(loop)
        self._attempts = 0
        self._is_terminal = bool(head["terminal"])
        self._channel: socket.socket | None = None
        self._report: Head | None = None
        self._kept: Head | None = None
        """A report that is not the end yet: what else it started is to go first."""
        self._closed = False
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
        self._printed.add(fd, kind)
        self.resume()

    # --- output ----------------------------------------------------------------------------------------------------

    def resume(self) -> None:
        """Reads from the command again after the spool had no room, and finishes it if only that was missing."""
        if self.spool.full and self.exit is None:
            return
        self._printed.listen()
        if self._report is not None and self.exit is None:
            self._drain_the_rest(self._report)

    def _has_printed(self) -> None:
        self._loop.grown(self)
        if self._printed.is_too_much:
            self.spool.add(FrameKind.GAP, f"The output limit of {self._output_room} bytes was reached.".encode())
            self.kill("output_limit", 0)

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
        master = self._printed.terminal
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
        message, fds = reports.said_on(self._channel)
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
            self._take(said)

    def _take(self, report: Head) -> None:
        """Its first process may have ended just before the rest of it was to be killed, or have been killed for memory
        alone, which nobody has seen yet: then it has not ended before the rest is gone.
        """
        if not self.dying and self.group and self.group.killed_for_memory():
            self.kill("out_of_memory", 0)
        if self.dying and not report["killed"]:
            self._kept = report
        else:
            self._end(report)

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
            # also where a report is kept: its subreaper may have been killed before the rest was
            self._loop.orphaned(self)
        self._loop.deserted(self)

    def _stop_hearing(self) -> None:
        if self._channel is not None:
            self._loop.unwatch(self._channel.fileno())
            self._channel.close()
            self._channel = None

    def fail(self, why: str) -> None:
        """It could not be started."""
        self._end(reports.not_started(why))

    def abandon(self, why: str, reason: str | None = None) -> None:
        """What ran is gone, or will be soon, without having said how it ended."""
        if self._report is None and not self._closed:
            self._reason = self._reason or reason
            if not (self.dying or (self._used and self._used.killed_for_memory)):
                self.spool.add(FrameKind.GAP, why.encode())
            self._end(self._kept or reports.killed())

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
        self._printed.note_the_end()
        self._drain_the_rest(report)

    def _drain_the_rest(self, report: Head) -> None:
        """Reads what was printed before the end; what background children print from now on is theirs alone."""
        if not self._printed.drain():
            self._loop.grown(self)
            return
        self._feed.close()
        self._tell_of_a_limit(report)
        self.spool.add(FrameKind.END)
        self.exit = outcome(report, self._used, self._reason, self._wall_ms)
        self._printed.unheard = True
        self.resume()
        self._loop.grown(self)
        self._loop.finished(self)

    def _tell_of_a_limit(self, report: Head) -> None:
        reason = self._reason or limit_hit(report, self._used)
        if reason in LIMITS_TOLD:
            self.spool.add(FrameKind.GAP, LIMITS_TOLD[reason].encode())

    def _look_at_the_group(self) -> None:
        """While there still is one."""
        if self.group is not None and self._used is None:
            self._used = self.group.used()

    @property
    def is_deserted(self) -> bool:
        return self._channel is None

    def close(self) -> None:
        """Lets go of everything, the spool's files included. What it left running would lose its terminal."""
        self._closed = True
        self._let_go_of_passed()
        self._stop_hearing()
        self._printed.close()
        self._feed.close()
        self.spool.remove()
