"""How long no worker has been connected to a shim. What is alone for too long is frozen: the session may be another
worker's by then, and must not run twice."""

import time


class Solitude:
    __slots__ = ("_seconds", "_since")

    def __init__(self, seconds: float) -> None:
        """0: it may be alone for ever."""
        self._seconds = seconds
        self._since: float | None = None

    def note(self, *, alone: bool) -> None:
        if alone and self._seconds:
            self._since = self._since or time.monotonic()
        else:
            self._since = None

    @property
    def ends(self) -> float | None:
        """When it has been too long; None: somebody is there, or it was said already."""
        return None if self._since is None else self._since + self._seconds

    def is_too_long(self, now: float) -> bool:
        """Said once."""
        too_long = self.ends is not None and now >= self.ends
        if too_long:
            self._since = None
        return too_long
