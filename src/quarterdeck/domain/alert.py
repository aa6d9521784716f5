"""An alert: one stretch of time in which a rule's condition held for one group of what it looks at.

Its id is derived from the rule, the group and how many there were before, so two that look at once raise one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID, uuid5

from quarterdeck.domain.alert_rule import Comparison, Condition, Kind, Severity
from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError

MAX_NOTE = 500


class Resolution(StrEnum):
    RECOVERED = "recovered"
    RULE_CHANGED = "rule_changed"
    RULE_REMOVED = "rule_removed"


@dataclass(frozen=True, kw_only=True)
class AlertPending:
    """The condition holds since then, and not yet for as long as the rule wants. Said again where the time begins
    anew, since nobody looked for a while."""

    TOPIC: ClassVar[str] = "AlertPending"
    SCHEMA_VERSION: ClassVar[int] = 1
    rule_id: UUID
    project_id: UUID | None
    """None: of the whole server."""
    number: int
    """How many of this rule and group there were, with this one."""
    labels: dict[str, str]
    since: datetime


@dataclass(frozen=True, kw_only=True)
class AlertCleared:
    """It was never raised: the condition ended before."""

    TOPIC: ClassVar[str] = "AlertCleared"
    SCHEMA_VERSION: ClassVar[int] = 1


@dataclass(frozen=True, kw_only=True)
class AlertRaised:
    TOPIC: ClassVar[str] = "AlertRaised"
    SCHEMA_VERSION: ClassVar[int] = 1
    rule_id: UUID
    project_id: UUID | None
    rule: str
    """Its name."""
    revision: int
    """Of the rule."""
    number: int
    labels: dict[str, str]
    severity: Severity
    value: float
    summary: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class AlertAcknowledged:
    """Somebody sees to it: it is not said again until it is over."""

    TOPIC: ClassVar[str] = "AlertAcknowledged"
    SCHEMA_VERSION: ClassVar[int] = 1
    user_id: UUID
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class AlertResolved:
    TOPIC: ClassVar[str] = "AlertResolved"
    SCHEMA_VERSION: ClassVar[int] = 1
    resolution: Resolution
    value: float | None = None


AlertEvent = AlertPending | AlertCleared | AlertRaised | AlertAcknowledged | AlertResolved


@dataclass(frozen=True, kw_only=True)
class NoAlert:
    pass


@dataclass(frozen=True, kw_only=True)
class PendingAlert:
    since: datetime


@dataclass(frozen=True, kw_only=True)
class FiringAlert:
    raised: AlertRaised
    acknowledged: AlertAcknowledged | None = None


@dataclass(frozen=True, kw_only=True)
class EndedAlert:
    raised: AlertRaised | None
    """None: it never was."""
    acknowledged: AlertAcknowledged | None = None
    resolved: AlertResolved | None = None


AlertState = NoAlert | PendingAlert | FiringAlert | EndedAlert


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a look at the read model found for one group."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    count: int = 1
    """Of how many; an error ratio of too few says nothing."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A look at one group by a rule, now."""

    rule_id: UUID
    project_id: UUID | None
    rule: str
    revision: int
    severity: Severity
    condition: Condition
    number: int
    labels: Mapping[str, str]
    summary: str
    value: float
    now: datetime
    anew: bool = False
    """Nobody had looked for a while: how long it held before is not known."""


def group_key(labels: Mapping[str, str]) -> str:
    return json.dumps(sorted(labels.items()), separators=(",", ":"), ensure_ascii=False)


def alert_id(rule_id: UUID, labels: Mapping[str, str], number: int) -> UUID:
    return uuid5(rule_id, f"alert:{number}:{group_key(labels)}")


def holds(condition: Condition, sample: Sample) -> bool:
    if condition.kind is Kind.ABSENCE:
        return sample.count == 0
    if condition.kind is Kind.ERROR_RATIO and sample.count < condition.minimum:
        return False
    above = condition.comparison is Comparison.ABOVE
    return sample.value > condition.threshold if above else sample.value < condition.threshold


def evolve(state: AlertState, event: AlertEvent) -> AlertState:
    match event:
        case AlertPending(since=since):
            return PendingAlert(since=since)
        case AlertCleared():
            return EndedAlert(raised=None)
        case AlertRaised():
            return FiringAlert(raised=event)
        case AlertAcknowledged():
            return replace(firing(state), acknowledged=event)
        case AlertResolved():
            known = firing(state)
            return EndedAlert(raised=known.raised, acknowledged=known.acknowledged, resolved=event)
        case _:
            assert_never(event)


def firing(state: AlertState) -> FiringAlert:
    assert isinstance(state, FiringAlert), state
    return state


def see(state: AlertState, seen: Seen) -> tuple[AlertEvent, ...]:
    """The condition holds. One that is firing stays as it is; one that has ended is not brought back."""
    match state:
        case NoAlert() if seen.condition.for_seconds:
            return (_pending(seen),)
        case NoAlert():
            return (_raised(seen, seen.now),)
        case PendingAlert() if seen.anew:
            return (_pending(seen),)
        case PendingAlert(since=since):
            due = since + timedelta(seconds=seen.condition.for_seconds)
            return (_raised(seen, since),) if seen.now >= due else ()
        case FiringAlert() | EndedAlert():
            return ()
        case _:
            assert_never(state)


def _pending(seen: Seen) -> AlertPending:
    return AlertPending(
        rule_id=seen.rule_id, project_id=seen.project_id, number=seen.number, labels=dict(seen.labels), since=seen.now
    )


def _raised(seen: Seen, since: datetime) -> AlertRaised:
    return AlertRaised(
        rule_id=seen.rule_id,
        project_id=seen.project_id,
        rule=seen.rule,
        revision=seen.revision,
        number=seen.number,
        labels=dict(seen.labels),
        severity=seen.severity,
        value=seen.value,
        summary=seen.summary,
        since=since,
    )


def end(state: AlertState, resolution: Resolution, value: float | None = None) -> tuple[AlertEvent, ...]:
    """The condition holds no more, or its rule is another one now."""
    match state:
        case PendingAlert():
            return (AlertCleared(),)
        case FiringAlert():
            return (AlertResolved(resolution=resolution, value=value),)
        case NoAlert() | EndedAlert():
            return ()
        case _:
            assert_never(state)


def acknowledge(state: AlertState, *, user_id: UUID, note: str) -> tuple[AlertEvent, ...]:
    if len(note) > MAX_NOTE:
        raise InvalidInputError(f"A note has at most {MAX_NOTE} characters.", field="note")
    match state:
        case FiringAlert(acknowledged=AlertAcknowledged(user_id=by, note=before)) if (by, before) == (user_id, note):
            return ()
        case FiringAlert():
            return (AlertAcknowledged(user_id=user_id, note=note),)
        case EndedAlert(raised=AlertRaised()):
            raise ConflictError("This alert is over already.", "List those that are not with `qd alert list`.")
        case NoAlert() | PendingAlert() | EndedAlert():
            raise no_alert()
        case _:
            assert_never(state)


def no_alert() -> NotFoundError:
    return NotFoundError("There is no such alert.", "List them with `qd alert list --all`.")
