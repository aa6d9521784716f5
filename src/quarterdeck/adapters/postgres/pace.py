"""How many callers to take into one commit. Pure.

Callers that append again as soon as they are answered take some time to come back, one after the other where they
share a thread. Where a commit is quick beside that, taking only half of them lets one half come back while the other
is committed. Where it is slow, as on a disk with slow fsync, it is better to wait for all and commit once.
"""

MAX_BATCH_ROWS = 4096
FEW = 8
"""So many callers are never halved."""
LONGEST_APART = 100e-6
"""Callers that come farther apart than this, in seconds, are not waiting for their turn."""
REMEMBERED = 0.9
"""How much of what was seen of earlier commits counts on."""


class Pace:
    """Times are in seconds."""

    def __init__(self) -> None:
        self._active = 0
        self._apart = 0.0
        self._quick = True

    def committed(self, callers: int, waiting: int, took: float, spread: float) -> None:
        """A commit of `callers`, who had come within `spread`, `took` so long; by then `waiting` others had come."""
        self._active = callers + waiting
        if callers > 1:
            apart = min(spread / (callers - 1), LONGEST_APART)
            self._apart = self._apart * REMEMBERED + apart * (1 - REMEMBERED) if self._apart else apart
        self._quick = took < 2 * self._apart * self._active

    def share(self) -> int:
        """How many rows to take at most."""
        return (self._active + 1) // 2 if self._quick and self._active > FEW else MAX_BATCH_ROWS

    def linger(self, taken: int) -> float:
        """How long to wait for more than the `taken`, counted from the first."""
        return 0.0 if self._quick or taken >= self._active else 2 * self._apart * self._active
