"""How long a session may go on, and how long it may be idle: pure arithmetic on the log's times."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from quarterdeck.domain.limits import LimitsAsked


class WhenIdle(StrEnum):
    """What happens to a session that was idle for too long."""

    PAUSE = "pause"
    CLOSE = "close"


@dataclass(frozen=True, kw_only=True)
class SessionLimitNear:
    """A warning, a tenth of the limit ahead but at most five minutes: unless it is used, or at all (`wall`)."""

    TOPIC: ClassVar[str] = "SessionLimitNear"
    SCHEMA_VERSION: ClassVar[int] = 1
    limit: str
    """`wall` or `idle`."""
    action: str
    """`pause` or `close`."""
    at: datetime


LONGEST_WARNING = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Deadline:
    limit: str
    action: WhenIdle
    span: timedelta
    since: datetime

    @property
    def at(self) -> datetime:
        return self.since + self.span

    @property
    def warn_at(self) -> datetime:
        return self.at - min(LONGEST_WARNING, self.span / 10)

    @property
    def warning(self) -> SessionLimitNear:
        return SessionLimitNear(limit=self.limit, action=self.action.value, at=self.at)

    @property
    def reason(self) -> str:
        what = "open" if self.limit == "wall" else "idle"
        return f"It was {what} for {spoken(self.span)}, its limit."


def deadlines(
    asked: LimitsAsked, when_idle: str, *, ready_at: datetime, idle_since: datetime | None
) -> Iterator[Deadline]:
    """Of a session that is ready since then, and idle since then (None: a command runs or waits, or it is paused)."""
    if asked.wall_seconds is not None:
        yield Deadline(limit="wall", action=WhenIdle.CLOSE, span=timedelta(seconds=asked.wall_seconds), since=ready_at)
    if asked.idle_seconds is not None and idle_since is not None:
        span = timedelta(seconds=asked.idle_seconds)
        yield Deadline(limit="idle", action=WhenIdle(when_idle), span=span, since=idle_since)


def spoken(span: timedelta) -> str:
    """As `90 seconds`, `30 minutes`, `12 hours` or `7 days`: in the greatest unit that is whole."""
    seconds = int(span.total_seconds())
    for unit, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds % unit == 0 and seconds:
            return f"{seconds // unit} {name}{'' if seconds == unit else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
