"""What is told, when, and when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from quarterdeck.domain import alert_notice, silence
from quarterdeck.domain.alert_notice import (
    MOST,
    AlertNoticeMade,
    LastNotice,
    NoticeKind,
    Standing,
    is_quiet,
)
from quarterdeck.domain.alert_rule import Condition, Kind, QuietHours, RuleSettings
from quarterdeck.domain.delivery import Channel, Destination
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.domain.silence import Matcher, NoSilence, Silence, SilenceEnded, SilenceSet

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
RULE = UUID(int=2)
SETTINGS = RuleSettings(
    condition=Condition(kind=Kind.QUEUE_AGE, threshold=60),
    destinations=(Destination(channel=Channel.MAIL, address="ada@example.org"),),
    gather_seconds=300,
    repeat_seconds=3600,
)
NIGHT = QuietHours(zone="Europe/Paris", start="22:00", end="07:00")


def plan(
    *alerts: Standing, settings: RuleSettings = SETTINGS, last: LastNotice | None = None, now: datetime = NOW
) -> AlertNoticeMade | None:
    return alert_notice.plan(RULE, None, settings, alerts, last or LastNotice(), now)


def standing(number: int, *, over: bool = False, told: str = "", minutes: int = 0, **changes: bool) -> Standing:
    told_at = NOW - timedelta(minutes=minutes) if told else None
    at = NOW - timedelta(minutes=minutes + 1)
    return Standing(id=UUID(int=number), raised_at=at, over=over, told=told, told_at=told_at, **changes)


def test_news_comes_in_one_message_with_what_still_holds() -> None:
    made = plan(standing(1), standing(2), standing(3, told="raised", minutes=10), standing(4, over=True, told="raised"))

    assert made is not None
    assert set(made.raised) == {UUID(int=1), UUID(int=2)}
    assert made.repeated == (UUID(int=3),)
    assert made.resolved == (UUID(int=4),)
    assert (made.number, made.kind) == (1, NoticeKind.ALERTS)


def test_what_happens_soon_after_waits_and_comes_together() -> None:
    last = LastNotice(number=7, at=NOW - timedelta(minutes=4))

    assert plan(standing(1), last=last) is None
    made = plan(standing(1), standing(2), last=last, now=NOW + timedelta(minutes=1))
    assert made is not None
    assert (made.number, len(made.raised)) == (8, 2)


def test_what_was_over_before_it_was_told_is_told_as_both() -> None:
    made = plan(standing(1, over=True))

    assert made is not None
    assert made.raised == made.resolved == (UUID(int=1),)


def test_what_still_holds_is_said_again_after_a_while() -> None:
    assert plan(standing(1, told="raised", minutes=59)) is None
    made = plan(standing(1, told="raised", minutes=60))
    assert made is not None
    assert made.repeated == (UUID(int=1),)
    never = replace(SETTINGS, repeat_seconds=0)
    assert plan(standing(1, told="raised", minutes=6000), settings=never) is None


def test_what_somebody_sees_to_is_not_said_again_but_its_end_is() -> None:
    assert plan(standing(1, told="raised", minutes=600, acknowledged=True)) is None
    assert plan(standing(1, told="raised", over=True, acknowledged=True)) is not None


def test_what_is_silenced_is_not_told() -> None:
    assert plan(standing(1, silenced=True), standing(2, told="raised", over=True, silenced=True)) is None


def test_a_rule_that_tells_nobody_makes_no_notices() -> None:
    assert plan(standing(1), settings=replace(SETTINGS, destinations=())) is None


def test_a_flood_comes_in_several_messages() -> None:
    made = plan(*(standing(number) for number in range(1, 2 * MOST)))

    assert made is not None
    assert len(made.raised) == MOST
    still = plan(standing(999), *(standing(number, told="raised") for number in range(1, MOST + 4)))
    assert still is not None
    assert (len(still.repeated), still.more) == (MOST, 3)


def test_in_quiet_hours_nothing_is_told_and_after_them_a_digest() -> None:
    quiet = replace(SETTINGS, quiet_hours=NIGHT)
    night = datetime(2026, 11, 26, 23, 30, tzinfo=ZoneInfo("Europe/Paris"))
    happened = Standing(id=UUID(int=1), raised_at=night, over=True)

    assert plan(happened, settings=quiet, now=night) is None
    made = plan(happened, settings=quiet, now=night.replace(day=27, hour=7, minute=0))
    assert made is not None
    assert made.kind is NoticeKind.DIGEST
    assert made.resolved == (UUID(int=1),)


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        # winter, UTC+1
        (datetime(2026, 1, 10, 20, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 10, 21, 0, tzinfo=UTC), True),
        (datetime(2026, 1, 11, 5, 59, tzinfo=UTC), True),
        (datetime(2026, 1, 11, 6, 0, tzinfo=UTC), False),
        # summer, UTC+2
        (datetime(2026, 7, 10, 20, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 11, 5, 0, tzinfo=UTC), False),
        # the nights of 23 and of 25 hours
        (datetime(2026, 3, 29, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 3, 29, 5, 0, tzinfo=UTC), False),
        (datetime(2026, 10, 25, 5, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 6, 0, tzinfo=UTC), False),
    ],
)
def test_quiet_hours_are_what_the_clocks_show(at: datetime, quiet: bool) -> None:
    assert is_quiet(NIGHT, at) is quiet


def test_quiet_hours_can_lie_within_a_day() -> None:
    noon = QuietHours(zone="UTC", start="12:00", end="13:00")

    assert is_quiet(noon, NOW)
    assert not is_quiet(noon, NOW + timedelta(hours=1))
    assert not is_quiet(None, NOW)


def test_a_silence_matches_what_it_names() -> None:
    one = Matcher(rule="failing", labels={"user": "ada"})

    assert one.matches(rule="failing", severity="critical", labels={"user": "ada", "model": "x"})
    assert not one.matches(rule="other", severity="critical", labels={"user": "ada"})
    assert not one.matches(rule="failing", severity="critical", labels={"user": "bob"})
    assert not Matcher(severity="info").matches(rule="failing", severity="critical", labels={})
    assert Matcher().matches(rule="failing", severity="critical", labels={})


def told(**changes: object) -> SilenceSet:
    whole: dict[str, object] = {"until": NOW + timedelta(hours=1), "reason": "a move", "matcher": Matcher()}
    return SilenceSet(project_id=None, user_id=UUID(int=1), **{**whole, **changes})  # type: ignore[arg-type]


def test_a_silence_is_set_with_a_reason_and_an_end_and_can_be_ended() -> None:
    assert silence.put(NoSilence(), told(), NOW) == (told(),)
    assert silence.end(Silence(told=told())) == (SilenceEnded(),)
    assert silence.end(Silence(told=told(), ended=True)) == ()
    with pytest.raises(NotFoundError):
        silence.end(NoSilence())
    for changes in (
        {"until": NOW},
        {"until": NOW + timedelta(days=400)},
        {"reason": " "},
        {"reason": "x" * 501},
        {"matcher": Matcher(labels={str(number): "x" for number in range(11)})},
    ):
        with pytest.raises(InvalidInputError):
            silence.put(NoSilence(), told(**changes), NOW)
