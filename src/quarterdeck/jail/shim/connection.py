"""One worker's connection, as the shim sees it. Never blocks: what does not go out at once waits."""

import socket

from quarterdeck.jail.shim.feed import Watcher
from quarterdeck.jail.shim.wire import BrokenMessageError, Head, Unpacker


class Connection:
    def __init__(self, opened: socket.socket, loop: Watcher) -> None:
        opened.settimeout(0)
        self._socket = opened
        self._loop = loop
        self._unpacker = Unpacker()
        self._waiting = bytearray()
        self._writer: socket.socket | None = None

    @property
    def fd(self) -> int:
        return self._socket.fileno()

    def receive(self) -> tuple[bool, list[tuple[Head, bytes]]]:
        """The messages that have come, and whether the other side is still there."""
        try:
            data = self._socket.recv(1024 * 1024)
        except BlockingIOError:
            return True, []
        except OSError:
            return False, []
        try:
            return bool(data), list(self._unpacker.feed(data))
        except (BrokenMessageError, ValueError):
            return False, []

    def send(self, message: bytes) -> None:
        if self._waiting:
            self._waiting += message
            return
        try:
            sent = self._socket.send(message)
        except BlockingIOError:
            sent = 0
        except OSError:
            # the other side is gone; reading will tell
            return
        if sent < len(message):
            self._waiting += message[sent:]
            self._writer = self._socket.dup()
            self._loop.watch(self._writer.fileno(), self._send_waiting, writing=True)

    def send_with(self, message: bytes, fds: list[int]) -> None:
        """A short message with descriptors, on a connection with nothing else to say; where there is no room, nothing:
        who asked for them gives up."""
        try:
            socket.send_fds(self._socket, [message], fds)
        except OSError:
            return

    def _send_waiting(self) -> None:
        try:
            while self._waiting:
                del self._waiting[: self._socket.send(self._waiting)]
        except BlockingIOError:
            return
        except OSError:
            self._waiting.clear()
        self._stop_writing()

    def _stop_writing(self) -> None:
        if self._writer is not None:
            self._loop.unwatch(self._writer.fileno())
            self._writer.close()
            self._writer = None

    def close(self) -> None:
        self._stop_writing()
        self._socket.close()
