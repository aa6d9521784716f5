"""Report: what happened in a project, or in all that somebody may see, told for each day, week or month.

Its stream says what is to be reported and to whom, and which periods have been: a period's issue is made at a version
of this stream, so it is made once, and by what the report is at that moment.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar, assert_never
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from quarterdeck.domain import report_period
from quarterdeck.domain.delivery import Destination
from quarterdeck.domain.errors import InvalidInputError, NotFoundError
from quarterdeck.domain.report_period import Period, Schedule

MAX_RECIPIENTS = 20
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, kw_only=True)
class Recipient:
    destination: Destination
    user_id: UUID
    """For whom: it goes there as long as this user may see what it is about."""


@dataclass(frozen=True, kw_only=True)
class ReportSettings:
    schedule: Schedule
    recipients: tuple[Recipient, ...]


@dataclass(frozen=True, kw_only=True)
class ReportScheduled:
    """Also where one of that name had been removed."""

    TOPIC: ClassVar[str] = "ReportScheduled"
    SCHEMA_VERSION: ClassVar[int] = 1
    name: str
    owner_id: UUID
    project_id: UUID | None
    """None: every project that each recipient may see."""
    settings: ReportSettings
    through: date
    """The first period reported ends after this day."""
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReportRevised:
    """What it is made of from now on; the period that runs is reported so."""

    TOPIC: ClassVar[str] = "ReportRevised"
    SCHEMA_VERSION: ClassVar[int] = 1
    settings: ReportSettings
    next_at: datetime


@dataclass(frozen=True, kw_only=True)
class ReportIssued:
    """A period's report is on its way; the issue's own stream has it."""

    TOPIC: ClassVar[str] = "ReportIssued"
    SCHEMA_VERSION: ClassVar[int] = 1
    issue_id: UUID
    period: Period
    next_at: datetime | None = None
    """When the next is due; None: somebody asked for this one, and what is due does not change."""


@dataclass(frozen=True, kw_only=True)
class ReportRemoved:
    """Nothing is reported any more, and what is still on its way goes no further."""

    TOPIC: ClassVar[str] = "ReportRemoved"
    SCHEMA_VERSION: ClassVar[int] = 1


ReportEvent = ReportScheduled | ReportRevised | ReportIssued | ReportRemoved


@dataclass(frozen=True, kw_only=True)
class NoReport:
    pass


@dataclass(frozen=True, kw_only=True)
class Report:
    name: str
    owner_id: UUID
    project_id: UUID | None
    settings: ReportSettings
    through: date
    """Up to this day, not included, it has been reported, or was before it was scheduled."""
    asked: int = 0
    """Issues that somebody asked for."""
    removed: bool = False

    @property
    def schedule(self) -> Schedule:
        return self.settings.schedule


ReportState = NoReport | Report


def report_id(home_id: UUID, name: str) -> UUID:
    """A project has one report of a name, and so has a user, of all projects: the name makes its stream."""
    return uuid5(home_id, f"report:{name}")


def issue_id(report_id: UUID, period: Period, asked: int = 0) -> UUID:
    """Of a period's one issue; or of one that was asked for, by its number."""
    return uuid5(report_id, f"asked {asked}: {period}" if asked else f"issue:{period}")


def evolve(state: ReportState, event: ReportEvent) -> ReportState:
    match event:
        case ReportScheduled():
            return Report(
                name=event.name,
                owner_id=event.owner_id,
                project_id=event.project_id,
                settings=event.settings,
                through=event.through,
                asked=state.asked if isinstance(state, Report) else 0,
            )
        case ReportRevised():
            return replace(existing(state), settings=event.settings)
        case ReportIssued():
            known = existing(state)
            if event.next_at is None:
                return replace(known, asked=known.asked + 1)
            return replace(known, through=event.period.until)
        case ReportRemoved():
            return replace(existing(state), removed=True)
        case _:
            assert_never(event)


def existing(state: ReportState) -> Report:
    """The report, or NOT_FOUND."""
    if isinstance(state, NoReport) or state.removed:
        raise NotFoundError("There is no such report.", "List them with `qd report list`.")
    return state


def put(
    state: ReportState, *, name: str, owner_id: UUID, project_id: UUID | None, settings: ReportSettings, now: datetime
) -> tuple[ReportEvent, ...]:
    """A new report, or another schedule or other recipients for one that there is.

    A new one begins with the period that runs. Of one that is revised no period is reported twice.
    """
    check(name, settings)
    if isinstance(state, NoReport) or state.removed:
        through = report_period.last_due(settings.schedule, now).until
        scheduled = ReportScheduled(
            name=name,
            owner_id=owner_id,
            project_id=project_id,
            settings=settings,
            through=through,
            next_at=_next_at(settings.schedule, through),
        )
        return (scheduled,)
    if state.settings == settings:
        return ()
    return (ReportRevised(settings=settings, next_at=_next_at(settings.schedule, state.through)),)


def remove(state: ReportState) -> tuple[ReportEvent, ...]:
    existing(state)
    return (ReportRemoved(),)


@dataclass(frozen=True, kw_only=True)
class DueReport:
    """`missed`: periods before it of which no report was sent, as nobody was there to do it."""

    period: Period
    missed: int


def due(state: ReportState, now: datetime) -> DueReport | None:
    """What is to be issued now: the last period that has ended, if it has not been. Those missed before stay so."""
    if isinstance(state, NoReport) or state.removed:
        return None
    period = report_period.last_due(state.schedule, now)
    if period.until <= state.through:
        return None
    return DueReport(period=period, missed=report_period.missed(state.schedule, state.through, period))


def issue(state: ReportState, issue_id: UUID, period: Period, *, asked: bool) -> tuple[ReportEvent, ...]:
    known = existing(state)
    next_at = None if asked else _next_at(known.schedule, period.until)
    return (ReportIssued(issue_id=issue_id, period=period, next_at=next_at),)


def ended_period(schedule: Schedule, day: date | None, now: datetime) -> Period:
    """The one that a day is in; None: the last one that has ended. One that still runs may be looked at."""
    if day is None:
        through = now.astimezone(ZoneInfo(schedule.zone)).date()
        return report_period.before(schedule, report_period.period_of(schedule, through))
    if not report_period.EARLIEST <= day <= report_period.LATEST:
        raise InvalidInputError("There is nothing to report of that day.", "Name a day as 2026-11-30.", field="day")
    period = report_period.period_of(schedule, day)
    if report_period.begin_of(schedule.zone, period.first) > now:
        raise InvalidInputError(
            f"The period from {period.first} on has not begun.", "Name an earlier day.", field="day"
        )
    return period


def check(name: str, settings: ReportSettings) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInputError(
            f"{name[:80]!r} is no name of a report.",
            "Use 1 to 64 of a to z, 0 to 9, - and _, with a letter or a digit first.",
            field="name",
        )
    report_period.check(settings.schedule)
    places = [str(each.destination) for each in settings.recipients]
    if not 1 <= len(places) <= MAX_RECIPIENTS:
        raise InvalidInputError(
            f"{len(places)} recipients are given; a report has 1 to {MAX_RECIPIENTS}.",
            "Name one at least, such as your mail address.",
            field="recipients",
        )
    if len(set(places)) != len(places):
        raise InvalidInputError("A recipient is named twice.", "Take one of them out.", field="recipients")


def _next_at(schedule: Schedule, through: date) -> datetime:
    return report_period.due_at(schedule, report_period.next_after(schedule, through))
