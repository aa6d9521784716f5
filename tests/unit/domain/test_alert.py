"""One stretch of time in which a condition held."""

import functools
from datetime import UTC, datetime, timedelta
from typing import cast
from uuid import UUID

import pytest

from quarterdeck.domain import alert
from quarterdeck.domain.alert import (
    AlertAcknowledged,
    AlertCleared,
    AlertEvent,
    AlertPending,
    AlertRaised,
    AlertResolved,
    AlertState,
    NoAlert,
    Resolution,
    Sample,
    Seen,
    holds,
)
from quarterdeck.domain.alert_rule import Comparison, Condition, Kind, Severity
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ADA = UUID(int=1)
RULE = UUID(int=2)


def seen(now: datetime = NOW, *, wait: int = 0, anew: bool = False) -> Seen:
    return Seen(
        rule_id=RULE,
        project_id=None,
        rule="failing",
        revision=1,
        severity=Severity.CRITICAL,
        condition=Condition(kind=Kind.ERROR_RATIO, measure="command_duration", threshold=0.2, for_seconds=wait),
        number=1,
        labels={"user": "ada"},
        summary="failing",
        value=0.5,
        now=now,
        anew=anew,
    )


def state(*events: AlertEvent) -> AlertState:
    return functools.reduce(alert.evolve, events, cast("AlertState", NoAlert()))


def raised() -> AlertRaised:
    [event] = alert.see(NoAlert(), seen())
    assert isinstance(event, AlertRaised)
    return event


def pending() -> AlertPending:
    [event] = alert.see(NoAlert(), seen(wait=300))
    assert isinstance(event, AlertPending)
    return event


def test_it_is_raised_at_once_where_it_need_not_hold_for_long() -> None:
    assert (raised().since, raised().value) == (NOW, 0.5)
    assert alert.see(state(raised()), seen(NOW + MINUTE)) == ()


def test_it_is_raised_when_it_has_held_for_long_enough() -> None:
    assert pending().since == NOW
    assert alert.see(state(pending()), seen(NOW + 4 * MINUTE, wait=300)) == ()
    [event] = alert.see(state(pending()), seen(NOW + 5 * MINUTE, wait=300))
    assert isinstance(event, AlertRaised)
    assert event.since == NOW


def test_time_in_which_nobody_looked_does_not_count() -> None:
    [again] = alert.see(state(pending()), seen(NOW + 60 * MINUTE, wait=300, anew=True))

    assert isinstance(again, AlertPending)
    assert again.since == NOW + 60 * MINUTE


def test_what_ends_before_it_was_raised_is_never_raised() -> None:
    assert alert.end(state(pending()), Resolution.RECOVERED) == (AlertCleared(),)
    assert alert.see(state(pending(), AlertCleared()), seen(NOW + 9 * MINUTE, wait=300)) == ()


def test_it_is_resolved_once() -> None:
    [event] = alert.end(state(raised()), Resolution.RECOVERED, 0.1)

    assert event == AlertResolved(resolution=Resolution.RECOVERED, value=0.1)
    assert alert.end(state(raised(), event), Resolution.RECOVERED) == ()
    assert alert.end(NoAlert(), Resolution.RECOVERED) == ()


def test_it_is_acknowledged_while_it_lasts() -> None:
    [event] = alert.acknowledge(state(raised()), user_id=ADA, note="on it")

    assert event == AlertAcknowledged(user_id=ADA, note="on it")
    acknowledged = state(raised(), event)
    assert alert.acknowledge(acknowledged, user_id=ADA, note="on it") == ()
    assert alert.acknowledge(acknowledged, user_id=UUID(int=9), note="")
    over = state(raised(), event, AlertResolved(resolution=Resolution.RECOVERED))
    with pytest.raises(ConflictError):
        alert.acknowledge(over, user_id=ADA, note="")
    with pytest.raises(NotFoundError):
        alert.acknowledge(state(pending()), user_id=ADA, note="")
    with pytest.raises(InvalidInputError):
        alert.acknowledge(state(raised()), user_id=ADA, note="x" * 501)


@pytest.mark.parametrize(
    ("condition", "sample", "held"),
    [
        (Condition(kind=Kind.THRESHOLD, measure="cost", threshold=5), Sample(value=5.1), True),
        (Condition(kind=Kind.THRESHOLD, measure="cost", threshold=5), Sample(value=5), False),
        (
            Condition(kind=Kind.RATE, measure="cost", threshold=5, comparison=Comparison.BELOW),
            Sample(value=4),
            True,
        ),
        (Condition(kind=Kind.ABSENCE, measure="cost"), Sample(value=0, count=0), True),
        (Condition(kind=Kind.ABSENCE, measure="cost"), Sample(value=1, count=1), False),
        (
            Condition(kind=Kind.ERROR_RATIO, measure="command_duration", threshold=0.2, minimum=5),
            Sample(value=1.0, count=4),
            False,
        ),
        (
            Condition(kind=Kind.ERROR_RATIO, measure="command_duration", threshold=0.2, minimum=5),
            Sample(value=0.4, count=5),
            True,
        ),
    ],
)
def test_a_condition_holds_or_does_not(condition: Condition, sample: Sample, held: bool) -> None:
    assert holds(condition, sample) is held


def test_the_id_is_made_of_rule_group_and_number_whatever_the_order_of_labels() -> None:
    one = alert.alert_id(RULE, {"user": "ada", "model": "x"}, 1)

    assert one == alert.alert_id(RULE, {"model": "x", "user": "ada"}, 1)
    assert one != alert.alert_id(RULE, {"user": "ada", "model": "x"}, 2)
    assert one != alert.alert_id(RULE, {"user": "ada"}, 1)
