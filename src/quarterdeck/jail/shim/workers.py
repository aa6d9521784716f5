"""The workers that are connected to a shim: let in, listened to, answered, and let go."""

import os
import socket
import struct
from collections.abc import Callable
from typing import Protocol

from quarterdeck.jail.shim.connection import Connection
from quarterdeck.jail.shim.feed import Watcher
from quarterdeck.jail.shim.inside import NotMadeError
from quarterdeck.jail.shim.solitude import Solitude
from quarterdeck.jail.shim.wire import Head, pack


class Obeys(Protocol):
    def __call__(self, connection: Connection, head: Head, body: bytes) -> Head | None:
        """Does what is asked; answers at once, or None for later or never."""
        ...


class Workers:
    def __init__(
        self, watcher: Watcher, owner: int, solitude: Solitude, obey: Obeys, gone: Callable[[int], None]
    ) -> None:
        """`owner`: the user that may connect, beside root and the shim's own. `gone` is told a descriptor's number."""
        self._watcher, self._owner, self._solitude = watcher, owner, solitude
        self._obey, self._gone = obey, gone
        self._connections: dict[int, Connection] = {}
        self._with_socket: set[int] = set()
        """Connections that were given a socket of the jail's network: they end when that does."""

    def accept(self, listener: socket.socket) -> None:
        try:
            accepted, _ = listener.accept()
        except BlockingIOError:
            return
        _, uid, _ = struct.unpack("3i", accepted.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        if uid in {0, os.getuid(), self._owner}:
            self.connect(accepted)
        else:
            accepted.close()

    def connect(self, accepted: socket.socket) -> Connection:
        connection = Connection(accepted, self._watcher)
        self._connections[connection.fd] = connection
        self._solitude.note(alone=False)
        self._watcher.watch(connection.fd, lambda: self._listen_to(connection))
        return connection

    def disconnect(self, fd: int) -> bool:
        """False: there is none."""
        connection = self._connections.pop(fd, None)
        if connection is None:
            return False
        self._watcher.unwatch(fd)
        self._with_socket.discard(fd)
        self._gone(fd)
        self._solitude.note(alone=not self._connections)
        connection.close()
        return True

    def disconnect_those_with_sockets(self) -> None:
        for fd in list(self._with_socket):
            self.disconnect(fd)

    def send_to(self, fd: int, message: bytes) -> None:
        """Nothing where it is gone."""
        connection = self._connections.get(fd)
        if connection is not None:
            connection.send(message)

    def send_sockets_to(self, fd: int, message: bytes, sockets: list[int]) -> None:
        connection = self._connections.get(fd)
        if connection is not None:
            self._with_socket.add(fd)
            connection.send_with(message, sockets)

    def _listen_to(self, connection: Connection) -> None:
        alive, messages = connection.receive()
        for head, body in messages:
            self._answer(connection, head, body)
        if not alive:
            # it may be closed by now, and its number another's
            self.disconnect(connection.fd)

    def _answer(self, connection: Connection, head: Head, body: bytes) -> None:
        answer: Head | None
        try:
            answer = self._obey(connection, head, body)
        except (NotMadeError, OSError, KeyError) as error:
            answer = {"error": f"{error}" or type(error).__name__}
        if answer is not None and "id" in head:
            data: bytes = answer.pop("body", b"")
            connection.send(pack({**answer, "id": head["id"]}, data))
