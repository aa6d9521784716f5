"""The stretches of time that a budget is for: a day, a week, a month of a time zone, or all time."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import assert_never
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from quarterdeck.domain.errors import InvalidInputError

MAX_TIME_ZONE = 64


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    """From Monday on."""
    MONTH = "month"
    ALL_TIME = "all_time"


@dataclass(frozen=True, kw_only=True)
class Period:
    """From `begins` to before `ends`, in UTC; both None: all time."""

    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def key(self) -> str:
        return "all time" if self.begins is None else self.begins.isoformat()


ALL_TIME = Period()


def period_at(every: Every, time_zone: str, at: datetime) -> Period:
    """The one that `at` is in. It begins and ends at midnight there, so a day may have 23 or 25 hours."""
    zone = ZoneInfo(time_zone)
    day = at.astimezone(zone).date()
    match every:
        case Every.ALL_TIME:
            return ALL_TIME
        case Every.DAY:
            first, after = day, day + timedelta(days=1)
        case Every.WEEK:
            first = day - timedelta(days=day.weekday())
            after = first + timedelta(days=7)
        case Every.MONTH:
            first = day.replace(day=1)
            after = (first + timedelta(days=31)).replace(day=1)
        case _:
            assert_never(every)
    return Period(begins=_midnight(first, zone), ends=_midnight(after, zone))


def check_time_zone(name: str) -> None:
    try:
        if len(name) > MAX_TIME_ZONE or "\0" in name:
            raise ValueError(name)
        ZoneInfo(name)
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise InvalidInputError(
            f"{name[:40]!r} is no time zone.", "Name one as in Europe/Berlin, or UTC.", field="timeZone"
        ) from error


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Where a clock that is put forward leaves midnight out: when it is put forward."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
