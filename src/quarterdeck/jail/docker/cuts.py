"""Hanging up on a daemon that answers slowly, from another thread: it gives up what nobody listens to."""

import socket
from contextlib import suppress
from threading import Lock
from typing import Any


class Cut:
    """Of one answer, by a client that is used for that alone."""

    def __init__(self) -> None:
        self.made = False
        self._answer: Any = None
        self._lock = Lock()

    def follow(self, api: Any) -> None:
        """`api`: a client of requests'."""
        api.hooks["response"].append(self._take)

    def make(self) -> None:
        with self._lock:
            self.made = True
            self._hang_up()

    def _take(self, answer: Any, **_: Any) -> None:
        with self._lock:
            self._answer = answer
            if self.made:
                self._hang_up()

    def _hang_up(self) -> None:
        connection = self._answer.raw.connection if self._answer is not None else None
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)
