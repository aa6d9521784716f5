"""A silence: for a while, alerts that match it are not told of by mail or webhook. They are raised and shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain.errors import ConflictError, InvalidInputError, NotFoundError

MAX_REASON = 500
MAX_MATCHERS = 10
LONGEST = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Matcher:
    """What is given must be the alert's. Nothing given: every alert of the project, or of the server."""

    rule: str = ""
    severity: str = ""
    labels: dict[str, str] = field(default_factory=dict[str, str])

    def matches(self, *, rule: str, severity: str, labels: Mapping[str, str]) -> bool:
        return (
            self.rule in {"", rule}
            and self.severity in {"", severity}
            and all(labels.get(name) == value for name, value in self.labels.items())
        )


@dataclass(frozen=True, kw_only=True)
class SilenceSet:
    TOPIC: ClassVar[str] = "SilenceSet"
    SCHEMA_VERSION: ClassVar[int] = 1
    project_id: UUID | None
    """None: of alerts of the whole server, and of every project."""
    matcher: Matcher
    until: datetime
    reason: str
    user_id: UUID


@dataclass(frozen=True, kw_only=True)
class SilenceEnded:
    """Before its time."""

    TOPIC: ClassVar[str] = "SilenceEnded"
    SCHEMA_VERSION: ClassVar[int] = 1


SilenceEvent = SilenceSet | SilenceEnded


@dataclass(frozen=True, kw_only=True)
class NoSilence:
    pass


@dataclass(frozen=True, kw_only=True)
class Silence:
    told: SilenceSet
    ended: bool = False


SilenceState = NoSilence | Silence


def evolve(state: SilenceState, event: SilenceEvent) -> SilenceState:
    match event:
        case SilenceSet():
            return Silence(told=event)
        case SilenceEnded():
            return Silence(told=existing(state).told, ended=True)
        case _:
            assert_never(event)


def existing(state: SilenceState) -> Silence:
    if isinstance(state, NoSilence):
        raise NotFoundError("There is no such silence.", "List them with `qd alert silences`.")
    return state


def put(state: SilenceState, told: SilenceSet, now: datetime) -> tuple[SilenceEvent, ...]:
    if isinstance(state, Silence):
        raise ConflictError("This silence was set already.")
    if not now < told.until <= now + LONGEST:
        raise InvalidInputError(
            "A silence ends within a year, and not in the past.", "Write --until as a time or a span.", field="until"
        )
    if not told.reason.strip() or len(told.reason) > MAX_REASON:
        raise InvalidInputError(f"Say why, in 1 to {MAX_REASON} characters.", field="reason")
    if len(told.matcher.labels) > MAX_MATCHERS:
        raise InvalidInputError(f"At most {MAX_MATCHERS} labels are matched.", field="labels")
    return (told,)


def end(state: SilenceState) -> tuple[SilenceEvent, ...]:
    return () if existing(state).ended else (SilenceEnded(),)
