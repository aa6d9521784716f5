"""How many requests a token may make: a bucket that fills again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from time import monotonic

from quarterdeck.domain.errors import LimitExceededError

REMEMBERED = 10_000


class Rates:
    def __init__(self, per_second: int, burst: int, now: Callable[[], float] = monotonic) -> None:
        self._per_second, self._burst, self._now = per_second, burst, now
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable) -> None:
        """Raises LimitExceededError."""
        now = self._now()
        left, since = self._buckets.get(key, (float(self._burst), now))
        left = min(self._burst, left + (now - since) * self._per_second)
        if left < 1:
            raise LimitExceededError(
                f"This token makes more than {self._per_second:,} requests a second.", "Wait a moment."
            )
        self._buckets[key] = (left - 1, now)
        self._buckets.move_to_end(key)
        if len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
