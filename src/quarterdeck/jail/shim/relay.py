"""Bytes on their way between descriptors of a jail and descriptors of the host's that it was given.

A kernel of the jail's own takes descriptors in and gives none out: then what would be handed out is copied instead.
"""

import os
import select
import socket

ROOM = 64 * 1024
HUNG_UP = select.POLLHUP | select.POLLERR

Events = dict[int, int]
"""By descriptor, what is waited for or what has come (poll(2))."""


class Pump:
    """Copies one way, and takes no more while what it has cannot go on. Neither may block, and it closes neither."""

    __slots__ = ("_ended", "_kept", "_source", "_target", "broken", "moved")

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._target = target
        self._kept = memoryview(b"")
        self._ended = False
        self.broken = False
        """Its target takes no more."""
        self.moved = 0
        """Bytes so far."""

    @property
    def over(self) -> bool:
        return self.broken or (self._ended and not self._kept)

    @property
    def is_empty(self) -> bool:
        """Nothing is on its way."""
        return not self._kept

    def wait_in(self, interests: Events) -> None:
        if self._kept:
            interests[self._target] = interests.get(self._target, 0) | select.POLLOUT
        elif not self.over:
            interests[self._source] = interests.get(self._source, 0) | select.POLLIN

    def move(self) -> bool:
        """As much as goes at once; whether that was anything."""
        before = self.moved
        if not self._kept and not self._ended:
            self._read()
        if self._kept:
            self._write()
        return self.moved > before

    def _read(self) -> None:
        try:
            data = os.read(self._source, ROOM)
        except BlockingIOError:
            return
        except OSError:
            # EIO of a terminal that nobody has open, or a connection that was reset
            data = b""
        self._kept = memoryview(data)
        self._ended = not data

    def _write(self) -> None:
        try:
            count = os.write(self._target, self._kept)
        except BlockingIOError:
            return
        except OSError:
            self.broken = True
            count = len(self._kept)
        self._kept = self._kept[count:]
        self.moved += count


class Crossing:
    """A connection that goes on in another, both ways. It closes both in the end."""

    def __init__(self, *two: socket.socket) -> None:
        for each in two:
            each.settimeout(0)
        self._two = {each.fileno(): each for each in two}
        one, other = self._two
        self._pumps = {one: Pump(one, other), other: Pump(other, one)}
        """By the descriptor that each reads from; those that are not over."""

    def wait_in(self, interests: Events) -> None:
        for fd in self._two:
            if fd in self._pumps:
                self._pumps[fd].wait_in(interests)
            else:
                # all is read, and yet it can be told that nobody is there to write to
                interests.setdefault(fd, 0)

    def move(self, ready: Events) -> bool:
        """Whether it goes on."""
        for fd, pump in list(self._pumps.items()):
            pump.move()
            if pump.over:
                del self._pumps[fd]
                self._end_other(fd)
            if pump.broken:
                self._pumps.clear()
        if any(ready.get(fd, 0) & HUNG_UP for fd in self._two.keys() - self._pumps.keys()):
            self._pumps.clear()
        if not self._pumps:
            for each in self._two.values():
                each.close()
        return bool(self._pumps)

    def _end_other(self, fd: int) -> None:
        (other,) = (each for number, each in self._two.items() if number != fd)
        try:
            other.shutdown(socket.SHUT_WR)
        except OSError:
            # it is gone, which its own pump finds
            return


def wait(interests: Events) -> Events:
    poll = select.poll()
    for fd, events in interests.items():
        poll.register(fd, events)
    return dict(poll.poll())
