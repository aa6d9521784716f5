"""When a session's time is up, and when that is said before."""

from datetime import UTC, datetime, timedelta

import pytest

from quarterdeck.domain.deadlines import Deadline, WhenIdle, deadlines, spoken
from quarterdeck.domain.limits import LimitsAsked

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def of(asked: LimitsAsked, *, idle_since: datetime | None = NOON) -> list[Deadline]:
    return list(deadlines(asked, "close", ready_at=NOON, idle_since=idle_since))


def test_without_limits_there_are_no_deadlines() -> None:
    assert of(LimitsAsked()) == []


def test_the_wall_limit_counts_from_when_it_was_ready_and_closes() -> None:
    (wall,) = of(LimitsAsked(wall_seconds=8 * 3600))
    assert (wall.limit, wall.action, wall.at) == ("wall", WhenIdle.CLOSE, NOON + timedelta(hours=8))
    assert wall.reason == "It was open for 8 hours, its limit."


def test_one_that_is_used_is_not_idle() -> None:
    assert of(LimitsAsked(idle_seconds=60), idle_since=None) == []
    (idle,) = of(LimitsAsked(idle_seconds=60))
    assert (idle.limit, idle.at) == ("idle", NOON + timedelta(minutes=1))


@pytest.mark.parametrize(("seconds", "ahead"), [(60, 6), (1800, 180), (86400, 300)])
def test_the_warning_comes_a_tenth_ahead_and_at_most_five_minutes(seconds: int, ahead: int) -> None:
    (idle,) = of(LimitsAsked(idle_seconds=seconds))
    assert idle.at - idle.warn_at == timedelta(seconds=ahead)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (60, "1 minute"),
        (1800, "30 minutes"),
        (43200, "12 hours"),
        (86400, "1 day"),
    ],
)
def test_a_span_is_said_as_people_say_it(seconds: int, said: str) -> None:
    assert spoken(timedelta(seconds=seconds)) == said
