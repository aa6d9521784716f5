"""A report's schedule, as it is written."""

import re

from quarterdeck.domain import report_period
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.report_period import Cadence, Schedule, Weekday

_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def schedule_of(cadence: Cadence, zone: str, at: str, week_starts: Weekday) -> Schedule:
    """Checked. INVALID_INPUT where there is no such time or zone."""
    told = _TIME.fullmatch(at)
    if told is None:
        raise InvalidInputError(f"{at[:40]!r} is no time of day.", "Write it as 08:00.", field="at")
    schedule = Schedule(cadence=cadence, zone=zone, at_minute=int(told[1]) * 60 + int(told[2]), week_starts=week_starts)
    report_period.check(schedule)
    return schedule
