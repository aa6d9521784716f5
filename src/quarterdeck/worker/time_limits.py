"""The limits of time, as a session's list of limits has them. The conductor keeps them."""

from datetime import timedelta

from quarterdeck.domain.deadlines import spoken
from quarterdeck.domain.limits import LimitsAsked
from quarterdeck.domain.session_events import Limit

KEPT_BY = "conductor"


def told(asked: LimitsAsked) -> tuple[Limit, ...]:
    wished = {"session_time": asked.wall_seconds, "idle_time": asked.idle_seconds}
    return tuple(
        Limit(name=name, asked=spoken(timedelta(seconds=wish)), enforced_by=KEPT_BY)
        for name, wish in wished.items()
        if wish is not None
    )
