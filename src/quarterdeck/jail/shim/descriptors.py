"""The shim's descriptors, and what is called when one of them is ready."""

import select
import traceback
from collections.abc import Callable

from quarterdeck.jail.shim.feed import Callback


class Descriptors:
    """One that is closed must not be watched any longer; its number may be another's at once, and watched again."""

    def __init__(self) -> None:
        self._poll = select.epoll()
        self._callbacks: dict[int, Callback] = {}

    def watch(self, fd: int, callback: Callback, events: int = select.EPOLLIN) -> None:
        self._callbacks[fd] = callback
        self._poll.register(fd, events)

    def unwatch(self, fd: int) -> None:
        del self._callbacks[fd]
        self._poll.unregister(fd)

    def watches(self, fd: int) -> bool:
        return fd in self._callbacks

    def call_ready(self, patience: float, drop: Callable[[int], None]) -> None:
        """Waits at most `patience` seconds, for ever where negative. `drop` is told of one whose callback failed.

        A callback may close one that is ready as well and open another, which has its number: the new one has to say
        itself that it is ready.
        """
        ready = [(fd, self._callbacks.get(fd)) for fd, _ in self._poll.poll(patience)]
        for fd, callback in ready:
            if callback is not None and self._is(fd, callback) and not _succeeds(callback) and self._is(fd, callback):
                drop(fd)

    def _is(self, fd: int, callback: Callback) -> bool:
        return self._callbacks.get(fd) is callback


def _succeeds(callback: Callback) -> bool:
    try:
        callback()
    except Exception:  # noqa: BLE001 - one command's or connection's failure must not end the session
        traceback.print_exc()
        return False
    return True
