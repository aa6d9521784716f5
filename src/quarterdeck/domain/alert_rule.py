"""Alert rules: what is looked at in the read models, from when on it is too much, and who is told.

A rule belongs to a project, or to the whole server. Its name makes its stream, so setting it again revises it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, assert_never
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from quarterdeck.domain.delivery import Channel, Destination, destination
from quarterdeck.domain.errors import InvalidInputError, NotFoundError

MAX_DESCRIPTION = 500
MAX_DESTINATIONS = 20
MAX_GROUPING = 3
MAX_FILTER_VALUES = 20
MAX_VALUE = 200
SHORTEST_WINDOW, LONGEST_WINDOW = 60, 31 * 86_400
LONGEST_FOR = 86_400
SHORTEST_REPEAT, LONGEST_REPEAT = 300, 30 * 86_400
LONGEST_GATHER = 86_400
SERVER = UUID("3f0e9a52-2f0c-5c0e-9d64-0a5b6a4e7a11")
"""What the rules of the whole server are named below."""
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Kind(StrEnum):
    THRESHOLD = "threshold"
    RATE = "rate"
    ABSENCE = "absence"
    ERROR_RATIO = "error_ratio"
    QUEUE_AGE = "queue_age"
    DISK = "disk"
    BUDGET_SHARE = "budget_share"


class Comparison(StrEnum):
    ABOVE = "above"
    BELOW = "below"


class Statistic(StrEnum):
    TOTAL = "total"
    COUNT = "count"
    HIGHEST = "highest"
    MEAN = "mean"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


OF_USAGE = ("project", "user", "persona", "session", "task", "provider", "model", "detail")
GROUPINGS: dict[Kind, tuple[str, ...]] = {
    Kind.THRESHOLD: OF_USAGE,
    Kind.RATE: OF_USAGE,
    Kind.ABSENCE: OF_USAGE,
    Kind.ERROR_RATIO: OF_USAGE,
    Kind.QUEUE_AGE: ("project", "user"),
    Kind.DISK: ("worker",),
    Kind.BUDGET_SHARE: ("project", "budget"),
}
"""What alerts of a kind can be told apart by."""
MEASURED = (Kind.THRESHOLD, Kind.RATE, Kind.ABSENCE, Kind.ERROR_RATIO)
FAILING = ("command_duration", "session_duration")
"""Measures whose detail says how something ended."""
OF_SERVER = (Kind.DISK,)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """`threshold` and values are in the measure's unit, but dollars for costs and seconds for times.

    Rates are by the hour; ratios and shares from 0 to 1; a disk's value is the share of it that is full.
    """

    kind: Kind
    measure: str = ""
    statistic: Statistic = Statistic.TOTAL
    comparison: Comparison = Comparison.ABOVE
    threshold: float = 0.0
    window_seconds: int = 3600
    for_seconds: int = 0
    """How long it must hold before the alert is raised."""
    minimum: int = 1
    """Of an error ratio: with fewer in the window nothing is said."""
    group_by: tuple[str, ...] = ()
    filters: dict[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Of each dimension one of these values."""


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """Every day from `start` to `end`, as clocks show it in the zone; over midnight where `end` comes first."""

    zone: str
    start: str
    end: str


@dataclass(frozen=True, kw_only=True)
class RuleSettings:
    condition: Condition
    severity: Severity = Severity.WARNING
    description: str = ""
    destinations: tuple[Destination, ...] = ()
    gather_seconds: int = 60
    """From one message of the rule to the next at least; what happens meanwhile comes together."""
    repeat_seconds: int = 4 * 3600
    """After that it is said again what still holds; 0: never."""
    quiet_hours: QuietHours | None = None
    """In them nothing is sent; after them, what happened comes in one message."""


@dataclass(frozen=True, kw_only=True)
class AlertRuleSet:
    TOPIC: ClassVar[str] = "AlertRuleSet"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID | None
    name: str
    revision: int
    settings: RuleSettings


@dataclass(frozen=True, kw_only=True)
class AlertRuleRemoved:
    TOPIC: ClassVar[str] = "AlertRuleRemoved"
    SCHEMA_VERSION: ClassVar[int] = 1


AlertRuleEvent = AlertRuleSet | AlertRuleRemoved


@dataclass(frozen=True, kw_only=True)
class NoRule:
    pass


@dataclass(frozen=True, kw_only=True)
class Rule:
    project_id: UUID | None
    name: str
    revision: int
    settings: RuleSettings
    removed: bool = False


RuleState = NoRule | Rule


def rule_id(project_id: UUID | None, name: str) -> UUID:
    return uuid5(project_id or SERVER, f"alert rule:{name}")


def evolve(state: RuleState, event: AlertRuleEvent) -> RuleState:
    match event:
        case AlertRuleSet():
            return Rule(project_id=event.project_id, name=event.name, revision=event.revision, settings=event.settings)
        case AlertRuleRemoved():
            known = existing(state)
            return Rule(
                project_id=known.project_id,
                name=known.name,
                revision=known.revision,
                settings=known.settings,
                removed=True,
            )
        case _:
            assert_never(event)


def existing(state: RuleState) -> Rule:
    if isinstance(state, NoRule) or state.removed:
        raise NotFoundError("There is no such alert rule.", "List them with `qd alert rule list`.")
    return state


def put(state: RuleState, *, project_id: UUID | None, name: str, settings: RuleSettings) -> tuple[AlertRuleEvent, ...]:
    """Makes or revises it; nothing where it is so already."""
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"{name[:80]!r} is no name of a rule.",
            "Use 1 to 64 of a to z, 0 to 9, - and _, with a letter or a digit first.",
            field="name",
        )
    check(settings, of_server=project_id is None)
    if isinstance(state, Rule) and not state.removed and state.settings == settings:
        return ()
    revision = state.revision + 1 if isinstance(state, Rule) else 1
    return (AlertRuleSet(project_id=project_id, name=name, revision=revision, settings=settings),)


def remove(state: RuleState) -> tuple[AlertRuleEvent, ...]:
    return () if isinstance(state, Rule) and state.removed else (_removed(existing(state)),)


def _removed(_: Rule) -> AlertRuleRemoved:
    return AlertRuleRemoved()


def check(settings: RuleSettings, *, of_server: bool) -> None:
    _check_condition(settings.condition, of_server=of_server)
    if len(settings.description) > MAX_DESCRIPTION:
        raise InvalidInputError(f"A description has at most {MAX_DESCRIPTION} characters.", field="description")
    if len(settings.destinations) > MAX_DESTINATIONS:
        raise InvalidInputError(f"A rule tells at most {MAX_DESTINATIONS} places.", field="mail")
    for each in settings.destinations:
        if each.channel is Channel.FOLDER:
            raise InvalidInputError("Alerts are sent by mail and webhook, not to a folder.", field="mail")
        destination(each.channel, each.address, "mail" if each.channel is Channel.MAIL else "webhooks")
    _check_span("gatherSeconds", settings.gather_seconds, 0, LONGEST_GATHER)
    if settings.repeat_seconds:
        _check_span("repeatSeconds", settings.repeat_seconds, SHORTEST_REPEAT, LONGEST_REPEAT)
    if settings.quiet_hours is not None:
        _check_quiet(settings.quiet_hours)


def _check_condition(condition: Condition, *, of_server: bool) -> None:
    if condition.kind in OF_SERVER and not of_server:
        raise InvalidInputError(
            f"A rule of kind {condition.kind} is about the server.", "Set it without a project, as admin.", field="kind"
        )
    measured = condition.kind in MEASURED
    if measured != bool(condition.measure):
        told = "needs a measure" if measured else "has no measure"
        raise InvalidInputError(f"A rule of kind {condition.kind} {told}.", field="measure")
    if condition.kind is Kind.ERROR_RATIO and condition.measure not in FAILING:
        raise InvalidInputError(
            f"An error ratio is told of {' or '.join(FAILING)}, whose ends are known.", field="measure"
        )
    if not math.isfinite(condition.threshold) or abs(condition.threshold) > 1e18:
        raise InvalidInputError("This threshold is no number.", field="threshold")
    if condition.kind in {Kind.ERROR_RATIO, Kind.DISK} and not 0 <= condition.threshold <= 1:
        raise InvalidInputError("A share is from 0 to 1.", "Write 0.2 for 20 %.", field="threshold")
    _check_span("windowSeconds", condition.window_seconds, SHORTEST_WINDOW, LONGEST_WINDOW)
    _check_span("forSeconds", condition.for_seconds, 0, LONGEST_FOR)
    _check_span("minimum", condition.minimum, 1, 10**9)
    _check_groups(condition)


def _check_groups(condition: Condition) -> None:
    known = GROUPINGS[condition.kind]
    for name, field_name in (
        *((each, "groupBy") for each in condition.group_by),
        *((each, "filters") for each in condition.filters),
    ):
        if name not in known:
            raise InvalidInputError(
                f"A rule of kind {condition.kind} cannot tell apart by {name[:40]!r}.",
                f"It can by {', '.join(known)}.",
                field=field_name,
            )
    if len(condition.group_by) > MAX_GROUPING or len(set(condition.group_by)) != len(condition.group_by):
        raise InvalidInputError(f"Group by at most {MAX_GROUPING}, each once.", field="groupBy")
    for values in condition.filters.values():
        if not 1 <= len(values) <= MAX_FILTER_VALUES or any(len(each) > MAX_VALUE for each in values):
            raise InvalidInputError(f"A filter has 1 to {MAX_FILTER_VALUES} values.", field="filters")


def _check_span(name: str, value: int, lowest: int, highest: int) -> None:
    if not lowest <= value <= highest:
        raise InvalidInputError(f"{value} cannot be taken; it is {lowest} to {highest:,}.", field=name)


def _check_quiet(quiet: QuietHours) -> None:
    if not _CLOCK.fullmatch(quiet.start) or not _CLOCK.fullmatch(quiet.end) or quiet.start == quiet.end:
        raise InvalidInputError("Quiet hours go from one time to another, as 22:00 and 07:00.", field="quietHours")
    try:
        ZoneInfo(quiet.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(
            f"There is no time zone {quiet.zone[:60]!r}.", "Name one as Europe/Paris or UTC.", field="quietHours"
        ) from None


def said(condition: Condition, value: float | None) -> str:
    """One line: what was found, against what, over which time. Without a value: what is looked for."""
    over = f"over {_span(condition.window_seconds)}"
    measure = condition.measure.replace("_", " ")
    match condition.kind:
        case Kind.THRESHOLD:
            return f"{measure} ({condition.statistic}) {_against(condition, value, _number)} {over}"
        case Kind.RATE:
            return f"{measure} per hour {_against(condition, value, _number)} {over}"
        case Kind.ABSENCE:
            return f"{measure} again" if value else f"no {measure} {over}"
        case Kind.ERROR_RATIO:
            what = "commands" if condition.measure == "command_duration" else "sessions"
            return f"failing {what} {_against(condition, value, _share)} {over}"
        case Kind.QUEUE_AGE:
            return f"oldest waiting session {_against(condition, value, _seconds)}"
        case Kind.DISK:
            return f"disk full {_against(condition, value, _share)}"
        case Kind.BUDGET_SHARE:
            return f"budget used {_against(condition, value, _share)}"
        case _:
            assert_never(condition.kind)


def _against(condition: Condition, value: float | None, shown: Callable[[float], str]) -> str:
    sign = ">" if condition.comparison is Comparison.ABOVE else "<"
    bound = f"{sign} {shown(condition.threshold)}"
    return bound if value is None else f"{shown(value)} {bound}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.4g}"


def _share(value: float) -> str:
    return f"{value * 100:.3g} %"


def _seconds(value: float) -> str:
    return _span(int(value))


def _span(seconds: int) -> str:
    span = timedelta(seconds=seconds)
    for name, unit in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if span >= unit and not span % unit:
            return f"{span // unit} {name}"
    return f"{seconds} s" if seconds < 60 else f"{seconds // 60} min {seconds % 60} s"
