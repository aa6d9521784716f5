"""A notice: one message about a rule's alerts, to everybody whom the rule tells. What goes into it is decided here.

Its id is derived from the rule and its number, so of two that decide at once one makes it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from quarterdeck.domain.alert_rule import QuietHours, RuleSettings

MOST = 50
"""Alerts that a notice tells one by one: of news the rest comes in the next, of what still holds the number."""


class NoticeKind(StrEnum):
    ALERTS = "alerts"
    DIGEST = "digest"
    """Of what happened in quiet hours."""
    TEST = "test"


@dataclass(frozen=True, kw_only=True)
class AlertNoticeMade:
    TOPIC: ClassVar[str] = "AlertNoticeMade"
    SCHEMA_VERSION: ClassVar[int] = 1
    rule_id: UUID
    project_id: UUID | None
    number: int
    kind: NoticeKind
    raised: tuple[UUID, ...] = ()
    resolved: tuple[UUID, ...] = ()
    repeated: tuple[UUID, ...] = ()
    more: int = 0
    """Of those that still hold, told of by their number only."""


@dataclass(frozen=True, kw_only=True)
class NoNotice:
    pass


NoticeState = NoNotice | AlertNoticeMade


@dataclass(frozen=True, kw_only=True)
class Standing:
    """An alert of the rule, as far as a notice has to do with it."""

    id: UUID
    raised_at: datetime
    over: bool
    acknowledged: bool = False
    silenced: bool = False
    told: str = ""
    """What the last notice said of it: nothing, `raised` or `resolved`."""
    told_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LastNotice:
    number: int = 0
    at: datetime | None = None


def notice_id(rule_id: UUID, number: int) -> UUID:
    return uuid5(rule_id, f"notice:{number}")


def evolve(state: NoticeState, event: AlertNoticeMade) -> NoticeState:
    return event


def is_quiet(hours: QuietHours | None, now: datetime) -> bool:
    """By what the clocks of the zone show, whatever they did in the night."""
    if hours is None:
        return False
    clock = now.astimezone(ZoneInfo(hours.zone)).strftime("%H:%M")
    if hours.start < hours.end:
        return hours.start <= clock < hours.end
    return clock >= hours.start or clock < hours.end


def plan(
    rule_id: UUID,
    project_id: UUID | None,
    settings: RuleSettings,
    alerts: Collection[Standing],
    last: LastNotice,
    now: datetime,
) -> AlertNoticeMade | None:
    """The notice that is due now; None: there is nothing to say, or not yet."""
    if not settings.destinations or is_quiet(settings.quiet_hours, now):
        return None
    if last.at is not None and now < last.at + timedelta(seconds=settings.gather_seconds):
        return None
    loud = [each for each in sorted(alerts, key=lambda each: (each.raised_at, each.id)) if not each.silenced]
    raised = [each for each in loud if not each.told][:MOST]
    resolved = [each for each in loud if each.over and (each in raised or each.told == "raised")][:MOST]
    standing = [each for each in loud if each.told == "raised" and not each.over and not each.acknowledged]
    again = timedelta(seconds=settings.repeat_seconds)
    if not raised and not resolved and not any(_is_old(each, again, now) for each in standing):
        return None
    # with news comes what still holds, which is then not said again soon
    shown = standing[:MOST]
    return AlertNoticeMade(
        rule_id=rule_id,
        project_id=project_id,
        number=last.number + 1,
        kind=_kind(raised, settings),
        raised=tuple(each.id for each in raised),
        resolved=tuple(each.id for each in resolved),
        repeated=tuple(each.id for each in shown),
        more=len(standing) - len(shown),
    )


def _is_old(each: Standing, again: timedelta, now: datetime) -> bool:
    return bool(again) and each.told_at is not None and now >= each.told_at + again


def _kind(raised: Sequence[Standing], settings: RuleSettings) -> NoticeKind:
    """A digest where something of it began in quiet hours."""
    waited = any(is_quiet(settings.quiet_hours, each.raised_at) for each in raised)
    return NoticeKind.DIGEST if waited else NoticeKind.ALERTS
