"""Periods of budgets, whose ends are midnights of a time zone."""

from datetime import UTC, datetime, timedelta

import pytest

from quarterdeck.domain.budget_period import ALL_TIME, Every, check_time_zone, period_at
from quarterdeck.domain.errors import InvalidInputError

HOUR = timedelta(hours=1)


def length(every: Every, zone: str, at: datetime) -> timedelta:
    period = period_at(every, zone, at)
    assert period.begins
    assert period.ends
    assert period.begins <= at < period.ends
    return period.ends - period.begins


@pytest.mark.parametrize(
    ("zone", "noon", "hours"),
    [
        ("Europe/Berlin", datetime(2026, 3, 29, 12, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 25, 12, tzinfo=UTC), 25),
        ("Europe/Berlin", datetime(2026, 10, 26, 12, tzinfo=UTC), 24),
        # half an hour, and with clocks that are put forward at midnight
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 2, tzinfo=UTC), 24.5),
        ("Africa/Cairo", datetime(2026, 4, 24, 12, tzinfo=UTC), 23),
        ("UTC", datetime(2026, 3, 29, 12, tzinfo=UTC), 24),
    ],
)
def test_a_day_is_as_long_as_its_time_zone_has_it(zone: str, noon: datetime, hours: float) -> None:
    assert length(Every.DAY, zone, noon) == hours * HOUR


def test_periods_follow_each_other_without_a_gap_or_an_overlap_over_three_years() -> None:
    for zone in ("Europe/Berlin", "America/New_York", "Africa/Cairo", "Pacific/Apia"):
        for every in (Every.DAY, Every.WEEK, Every.MONTH):
            at = datetime(2024, 12, 30, 5, tzinfo=UTC)
            while at < datetime(2028, 1, 1, tzinfo=UTC):
                period = period_at(every, zone, at)
                assert period.ends
                assert period_at(every, zone, period.ends).begins == period.ends
                assert period_at(every, zone, period.ends - timedelta(microseconds=1)) == period
                at = period.ends


def test_a_week_begins_on_monday_and_a_month_on_its_first() -> None:
    at = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)
    week, month = period_at(Every.WEEK, "UTC", at), period_at(Every.MONTH, "America/New_York", at)
    assert week.begins == datetime(2026, 10, 26, tzinfo=UTC)
    assert month.begins == datetime(2026, 10, 1, 4, tzinfo=UTC)
    assert month.ends == datetime(2026, 11, 1, 4, tzinfo=UTC)


def test_all_time_has_no_ends() -> None:
    assert period_at(Every.ALL_TIME, "UTC", datetime(2026, 1, 1, tzinfo=UTC)) == ALL_TIME


@pytest.mark.parametrize("name", ["", "Mars/Base", "../../etc/passwd", "/etc/passwd", "a\0b", "Europe", "x" * 65])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="is no time zone"):
        check_time_zone(name)
