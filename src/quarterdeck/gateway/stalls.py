"""Peers that keep a request waiting: for its body, or by not taking the answer."""

import asyncio
from time import monotonic

import structlog
from starlette.types import Scope

logger = structlog.get_logger(__name__)

ABORT = "quarterdeck.abort"
"""In the scope's state: ends the connection at once, with what is still to be sent. Our server puts it there."""
LONGEST_ROUND = 1.0


class Stalls:
    """One look at all of them now and then: a timer for each step of each request would cost more than the step."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waiting: dict[int, tuple[float, Scope]] = {}

    def begin(self, scope: Scope) -> None:
        """This request waits for its peer from now on."""
        self._waiting[id(scope)] = (monotonic(), scope)

    def end(self, scope: Scope) -> None:
        self._waiting.pop(id(scope), None)

    async def watch(self) -> None:
        """Cuts those that wait too long, until cancelled."""
        while True:
            await asyncio.sleep(min(LONGEST_ROUND, self._seconds / 4))
            self._cut()

    def _cut(self) -> None:
        latest = monotonic() - self._seconds
        for since, scope in list(self._waiting.values()):
            if since < latest:
                self.end(scope)
                logger.warning("a peer let a request wait too long", path=scope["path"])
                scope.get("state", {}).get(ABORT, _nothing)()


def _nothing() -> None:
    """A server that is not ours has no way to cut a connection."""
