"""Days, weeks and months by the clocks of real zones, at the changes of those clocks too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.report_period import (
    Cadence,
    Period,
    Schedule,
    Weekday,
    before,
    begin_of,
    check,
    due_at,
    last_due,
    limits_of,
    missed,
    next_after,
    period_of,
    slots,
)

HOUR = timedelta(hours=1)
ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")


def schedule(
    zone: str = "UTC", cadence: Cadence = Cadence.DAILY, at_minute: int = 8 * 60, week: Weekday = Weekday.MONDAY
) -> Schedule:
    return Schedule(cadence=cadence, zone=zone, at_minute=at_minute, week_starts=week)


def day(text: str) -> Period:
    first = date.fromisoformat(text)
    return Period(first=first, until=first + timedelta(days=1))


@pytest.mark.parametrize(
    ("zone", "first", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-11-26", 24),
        ("America/New_York", "2026-03-08", 23),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),  # clocks move by half an hour
        ("Asia/Kolkata", "2026-11-26", 24),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-30", 0),  # which Samoa left out
    ],
)
def test_a_day_is_as_long_as_the_clocks_there_make_it(zone: str, first: str, hours: float) -> None:
    since, until = limits_of(zone, day(first))
    assert until - since == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "first", "begins"),
    [
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00+00:00"),  # 00:00 is 01:00
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00+00:00"),
        ("Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00+00:00"),
        ("America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00+00:00"),  # 00:00 is 23:00 of the day before
        ("America/Havana", "2026-11-01", "2026-11-01T04:00:00+00:00"),  # 00:00 comes twice: the first
        ("Europe/Berlin", "2026-11-26", "2026-11-25T23:00:00+00:00"),
    ],
)
def test_a_day_begins_at_the_first_moment_of_it(zone: str, first: str, begins: str) -> None:
    begin = begin_of(zone, date.fromisoformat(first))

    assert begin == datetime.fromisoformat(begins)
    assert begin.astimezone(ZoneInfo(zone)).date() == date.fromisoformat(first)
    assert (begin - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < date.fromisoformat(first)


@given(
    st.sampled_from(ZONES),
    st.sampled_from(Cadence),
    st.sampled_from(Weekday),
    st.dates(date(2005, 1, 1), date(2030, 12, 31)),
)
def test_periods_follow_each_other_without_a_gap(zone: str, cadence: Cadence, week: Weekday, on: date) -> None:
    asked = schedule(zone, cadence, week=week)
    period = period_of(asked, on)
    following = period_of(asked, period.until)

    assert period.first <= on < period.until
    assert following.first == period.until
    assert period_of(asked, period.last) == period
    assert limits_of(zone, period)[1] == limits_of(zone, following)[0]
    assert sum((b - a for a, b in _pairs([*slots(zone, period), limits_of(zone, period)[1]])), timedelta()) == (
        limits_of(zone, period)[1] - limits_of(zone, period)[0]
    )


def _pairs(times: list[datetime]) -> list[tuple[datetime, datetime]]:
    return list(pairwise(times))


def test_a_week_begins_on_the_day_that_was_chosen() -> None:
    on = date(2026, 11, 26)  # a Thursday
    assert period_of(schedule(cadence=Cadence.WEEKLY), on).first == date(2026, 11, 23)
    assert period_of(schedule(cadence=Cadence.WEEKLY, week=Weekday.SUNDAY), on).first == date(2026, 11, 22)
    assert period_of(schedule(cadence=Cadence.WEEKLY, week=Weekday.THURSDAY), on).first == on
    assert period_of(schedule(cadence=Cadence.WEEKLY, week=Weekday.FRIDAY), on).first == date(2026, 11, 20)


def test_a_month_is_the_calendars() -> None:
    monthly = schedule(cadence=Cadence.MONTHLY)
    february = period_of(monthly, date(2028, 2, 29))
    assert february == Period(first=date(2028, 2, 1), until=date(2028, 3, 1))
    assert before(monthly, february) == Period(first=date(2028, 1, 1), until=date(2028, 2, 1))
    assert len(slots("UTC", february)) == 29


@pytest.mark.parametrize(
    ("zone", "at", "first", "due"),
    [
        ("Europe/Berlin", 8 * 60, "2026-11-25", "2026-11-26T07:00:00+00:00"),
        ("Europe/Berlin", 8 * 60, "2026-07-01", "2026-07-02T06:00:00+00:00"),
        ("Europe/Berlin", 150, "2026-03-28", "2026-03-29T01:30:00+00:00"),  # 02:30 is left out: 03:30
        ("Europe/Berlin", 150, "2026-10-24", "2026-10-25T00:30:00+00:00"),  # 02:30 comes twice: the first
        ("Africa/Cairo", 0, "2024-04-25", "2024-04-25T22:00:00+00:00"),
        ("Asia/Kolkata", 0, "2026-11-25", "2026-11-25T18:30:00+00:00"),
    ],
)
def test_a_report_is_due_by_the_clock_of_its_zone(zone: str, at: int, first: str, due: str) -> None:
    assert due_at(schedule(zone, at_minute=at), day(first)) == datetime.fromisoformat(due)


def test_the_last_due_is_the_one_whose_hour_has_come() -> None:
    asked = schedule("Europe/Berlin")
    assert last_due(asked, datetime(2026, 11, 26, 6, 59, tzinfo=UTC)) == day("2026-11-24")
    assert last_due(asked, datetime(2026, 11, 26, 7, 0, tzinfo=UTC)) == day("2026-11-25")


def test_a_day_that_a_zone_left_out_is_never_reported() -> None:
    asked = schedule("Pacific/Apia")
    assert last_due(asked, datetime(2011, 12, 30, 18, 0, tzinfo=UTC)) == day("2011-12-29")
    assert next_after(asked, date(2011, 12, 30)) == day("2011-12-31")
    assert before(asked, day("2011-12-31")) == day("2011-12-29")


def test_periods_that_nobody_reported_are_counted() -> None:
    assert missed(schedule(), date(2026, 11, 20), day("2026-11-20")) == 0
    assert missed(schedule(), date(2026, 11, 20), day("2026-11-25")) == 5


def test_zones_and_hours_that_there_are_not_are_refused() -> None:
    for wrong in (schedule("Europe/Atlantis"), schedule("../etc/passwd"), schedule(at_minute=1440)):
        with pytest.raises(InvalidInputError):
            check(wrong)
