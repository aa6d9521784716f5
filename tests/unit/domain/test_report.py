"""A report: set up, changed in the middle of a period, late, and removed."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from quarterdeck.domain import report
from quarterdeck.domain.base import fold
from quarterdeck.domain.delivery import Channel, Destination
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.domain.report import (
    NoReport,
    Recipient,
    Report,
    ReportEvent,
    ReportRevised,
    ReportScheduled,
    ReportSettings,
    ReportState,
    issue_id,
)
from quarterdeck.domain.report_period import Cadence, Period, Schedule

ADA, HOME, REPORT_ID = UUID(int=1), UUID(int=2), UUID(int=3)
THURSDAY = datetime(2026, 11, 26, 7, 55, tzinfo=UTC)


def settings(cadence: Cadence = Cadence.DAILY, at: int = 8 * 60, to: str = "ada@example.org") -> ReportSettings:
    recipient = Recipient(destination=Destination(channel=Channel.MAIL, address=to), user_id=ADA)
    return ReportSettings(schedule=Schedule(cadence=cadence, zone="UTC", at_minute=at), recipients=(recipient,))


def put(state: ReportState, asked: ReportSettings, now: datetime) -> tuple[ReportEvent, ...]:
    return report.put(state, name="daily", owner_id=ADA, project_id=HOME, settings=asked, now=now)


def known(asked: ReportSettings | None = None, now: datetime = THURSDAY) -> Report:
    nothing: ReportState = NoReport()
    state = fold(report.evolve, nothing, put(NoReport(), asked or settings(), now))
    assert isinstance(state, Report)
    return state


def after(state: ReportState, events: tuple[ReportEvent, ...]) -> Report:
    found = fold(report.evolve, state, events)
    assert isinstance(found, Report)
    return found


def issued(state: Report, period: Period, *, asked: bool = False) -> Report:
    return after(state, report.issue(state, issue_id(REPORT_ID, period), period, asked=asked))


def day(text: str) -> Period:
    first = date.fromisoformat(text)
    return Period(first=first, until=first + timedelta(days=1))


def test_the_first_one_is_of_the_period_whose_hour_comes_next() -> None:
    (scheduled,) = put(NoReport(), settings(), THURSDAY)
    assert isinstance(scheduled, ReportScheduled)
    assert scheduled.next_at == datetime(2026, 11, 26, 8, tzinfo=UTC)

    state = known()
    assert report.due(state, THURSDAY) is None
    found = report.due(state, THURSDAY + timedelta(minutes=5))
    assert found is not None
    assert (found.period, found.missed) == (day("2026-11-25"), 0)


def test_a_period_is_issued_once() -> None:
    state = issued(known(), day("2026-11-25"))
    assert report.due(state, THURSDAY + timedelta(hours=1)) is None
    found = report.due(state, THURSDAY + timedelta(days=1, minutes=5))
    assert found is not None
    assert found.period == day("2026-11-26")


def test_of_those_missed_while_nobody_was_there_the_last_is_issued_and_the_others_are_counted() -> None:
    found = report.due(known(), THURSDAY + timedelta(days=4, hours=3))
    assert found is not None
    assert (found.period, found.missed) == (day("2026-11-29"), 4)
    assert report.due(issued(known(), found.period), THURSDAY + timedelta(days=4, hours=3)) is None


def test_an_earlier_hour_does_not_lose_a_period_and_a_later_one_does_not_repeat_it() -> None:
    late = known(settings(at=9 * 60), THURSDAY + timedelta(minutes=20))
    earlier = after(late, put(late, settings(at=8 * 60), THURSDAY + timedelta(minutes=30)))
    found = report.due(earlier, THURSDAY + timedelta(minutes=31))
    assert found is not None
    assert found.period == day("2026-11-25")

    done = issued(known(), day("2026-11-25"))
    later = after(done, put(done, settings(at=23 * 60), THURSDAY + timedelta(hours=1)))
    assert report.due(later, THURSDAY + timedelta(hours=15, minutes=30)) is None


def test_a_report_that_becomes_weekly_tells_of_the_week_that_runs() -> None:
    daily = issued(known(), day("2026-11-25"))
    (revised,) = put(daily, settings(Cadence.WEEKLY), THURSDAY + timedelta(hours=1))

    assert isinstance(revised, ReportRevised)
    assert revised.next_at == datetime(2026, 11, 30, 8, tzinfo=UTC)
    found = report.due(after(daily, (revised,)), datetime(2026, 11, 30, 8, tzinfo=UTC))
    assert found is not None
    assert (found.period, found.missed) == (Period(first=date(2026, 11, 23), until=date(2026, 11, 30)), 0)


def test_the_same_settings_change_nothing() -> None:
    assert put(known(), settings(), THURSDAY + timedelta(days=1)) == ()


def test_a_removed_report_is_never_due_and_can_be_set_up_anew() -> None:
    removed = after(known(), report.remove(known()))
    assert report.due(removed, THURSDAY + timedelta(days=9)) is None
    with pytest.raises(NotFoundError):
        report.remove(removed)

    again = after(removed, put(removed, settings(), THURSDAY + timedelta(days=9)))
    assert report.due(again, THURSDAY + timedelta(days=9)) is None


def test_one_that_was_asked_for_has_an_id_of_its_own_and_takes_no_turn() -> None:
    state = issued(known(), day("2026-11-20"), asked=True)
    assert state.asked == 1
    assert issue_id(REPORT_ID, day("2026-11-20")) != issue_id(REPORT_ID, day("2026-11-20"), 1)
    found = report.due(state, THURSDAY + timedelta(minutes=5))
    assert found is not None
    assert found.period == day("2026-11-25")


def test_a_period_to_look_at_is_the_last_that_ended_or_that_of_a_day() -> None:
    weekly = settings(Cadence.WEEKLY).schedule
    assert report.ended_period(weekly, None, THURSDAY).first == date(2026, 11, 16)
    assert report.ended_period(weekly, date(2026, 11, 26), THURSDAY).first == date(2026, 11, 23)
    for wrong in (date(2026, 11, 30), date(1, 1, 1), date(9999, 12, 31)):
        with pytest.raises(InvalidInputError):
            report.ended_period(weekly, wrong, THURSDAY)


@pytest.mark.parametrize("name", ["", "A", "a b", "x" * 65, "-a"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError):
        report.check(name, settings())


def test_recipients_are_one_at_least_and_each_once() -> None:
    one = settings().recipients
    for wrong in ((), one + one, tuple(settings(to=f"a{n}@example.org").recipients[0] for n in range(21))):
        with pytest.raises(InvalidInputError):
            report.check("daily", ReportSettings(schedule=settings().schedule, recipients=wrong))
