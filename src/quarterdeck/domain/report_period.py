"""A report's calendar: which days it is about, when those begin in a time zone, and when it is due.

A day is what the zone's own clocks call so: 23, 24 or 25 hours, and none at all where a zone left one out.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from typing import assert_never
from zoneinfo import ZoneInfo, available_timezones

from quarterdeck.domain.errors import InvalidInputError

MINUTES_OF_A_DAY = 24 * 60
DAY = timedelta(days=1)
EARLIEST, LATEST = date(1970, 1, 8), date(2199, 12, 31)


class Cadence(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


@dataclass(frozen=True, kw_only=True)
class Schedule:
    cadence: Cadence
    zone: str
    """IANA name, such as `Europe/Berlin`."""
    at_minute: int
    """Minutes after midnight, by the clock there, on the day after the period's last."""
    week_starts: Weekday = Weekday.MONDAY


@dataclass(frozen=True, kw_only=True)
class Period:
    first: date
    until: date
    """Not in it."""

    def __str__(self) -> str:
        return f"{self.first}/{self.until}"

    @property
    def last(self) -> date:
        return self.until - DAY


def check(schedule: Schedule, field: str = "") -> None:
    if schedule.zone not in _zones():
        raise InvalidInputError(
            f"There is no time zone {schedule.zone[:60]!r}.",
            "Name one of the IANA's, such as Europe/Berlin or UTC.",
            field=f"{field}zone",
        )
    if not 0 <= schedule.at_minute < MINUTES_OF_A_DAY:
        raise InvalidInputError("This is no time of day.", "Write it as 08:00.", field=f"{field}at")


def period_of(schedule: Schedule, day: date) -> Period:
    """The one that a day is in."""
    match schedule.cadence:
        case Cadence.DAILY:
            return Period(first=day, until=day + DAY)
        case Cadence.WEEKLY:
            first = day - timedelta(days=(day.weekday() - list(Weekday).index(schedule.week_starts)) % 7)
            return Period(first=first, until=first + timedelta(days=7))
        case Cadence.MONTHLY:
            first = day.replace(day=1)
            return Period(first=first, until=(first + timedelta(days=31)).replace(day=1))
        case _:
            assert_never(schedule.cadence)


def before(schedule: Schedule, period: Period) -> Period:
    """The one before, which it is compared with."""
    found = period_of(schedule, period.first - DAY)
    return before(schedule, found) if _is_left_out(schedule.zone, found) else found


def next_after(schedule: Schedule, through: date) -> Period:
    """The first that ends after a day."""
    found = period_of(schedule, through)
    return next_after(schedule, found.until) if _is_left_out(schedule.zone, found) else found


def begin_of(zone: str, day: date) -> datetime:
    """The first moment at which a zone's clocks show this day or a later one, in UTC.

    That is midnight, but where clocks go forward over midnight it is when they do.
    """
    place = ZoneInfo(zone)
    begin = datetime.combine(day, time(), place).astimezone(UTC)
    if begin.astimezone(place).replace(tzinfo=None) == datetime.combine(day, time()):
        return begin
    # there is no such midnight: look for the second at which the day begins
    low, high = int((begin - DAY).timestamp()), int((begin + DAY).timestamp())
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, place).date() >= day:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(low, UTC)


def limits_of(zone: str, period: Period) -> tuple[datetime, datetime]:
    """Where it begins, and where what comes after it does, in UTC."""
    return begin_of(zone, period.first), begin_of(zone, period.until)


def due_at(schedule: Schedule, period: Period) -> datetime:
    """When a period's report is due, in UTC: never before the period has ended.

    A time that clocks leave out is as much later as they go forward; of one that comes twice it is the first.
    """
    told = time(schedule.at_minute // 60, schedule.at_minute % 60)
    due = datetime.combine(period.until, told, ZoneInfo(schedule.zone)).astimezone(UTC)
    return max(due, begin_of(schedule.zone, period.until))


def last_due(schedule: Schedule, now: datetime) -> Period:
    """The latest whose report is due by now."""
    period = next_after(schedule, now.astimezone(ZoneInfo(schedule.zone)).date())
    while due_at(schedule, period) > now:
        period = before(schedule, period)
    return period


def missed(schedule: Schedule, through: date, due: Period) -> int:
    """How many end after `through` and before `due` does."""
    count, period = 0, next_after(schedule, through)
    while period.until < due.until:
        count, period = count + 1, next_after(schedule, period.until)
    return count


def slots(zone: str, period: Period) -> list[datetime]:
    """Where the parts begin that a chart shows: the hours of a single day, else the days. Days left out have none."""
    since, until = limits_of(zone, period)
    if period.until - period.first == DAY:
        hours = (until - since + timedelta(minutes=59)) // timedelta(hours=1)
        return [since + timedelta(hours=each) for each in range(hours)]
    days = (period.first + timedelta(days=each) for each in range((period.until - period.first).days))
    return list(dict.fromkeys(begin_of(zone, day) for day in days))


def _is_left_out(zone: str, period: Period) -> bool:
    """A day that a zone skipped, as Samoa did on its way over the date line."""
    since, until = limits_of(zone, period)
    return since == until


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
