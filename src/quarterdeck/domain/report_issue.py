"""A report's issue: of one period, on its way to its recipients. Each of them has a delivery of their own."""

from dataclasses import dataclass
from typing import ClassVar, assert_never
from uuid import UUID

from quarterdeck.domain.report import Recipient
from quarterdeck.domain.report_period import Period, Schedule


@dataclass(frozen=True, kw_only=True)
class ReportPrepared:
    TOPIC: ClassVar[str] = "ReportPrepared"
    SCHEMA_VERSION: ClassVar[int] = 1
    report_id: UUID
    name: str
    project_id: UUID | None
    period: Period
    schedule: Schedule
    recipients: tuple[Recipient, ...]
    missed: int = 0
    asked_by: UUID | None = None
    """Who wanted it besides those that are due."""


@dataclass(frozen=True, kw_only=True)
class ReportDelivered:
    """Every delivery has ended. A period has one such event, however many conductors there are."""

    TOPIC: ClassVar[str] = "ReportDelivered"
    SCHEMA_VERSION: ClassVar[int] = 1
    arrived: int
    failed: int


ReportIssueEvent = ReportPrepared | ReportDelivered


@dataclass(frozen=True, kw_only=True)
class NoIssue:
    pass


@dataclass(frozen=True, kw_only=True)
class OpenIssue:
    prepared: ReportPrepared


@dataclass(frozen=True, kw_only=True)
class DeliveredIssue:
    prepared: ReportPrepared
    arrived: int
    failed: int


ReportIssueState = NoIssue | OpenIssue | DeliveredIssue


def evolve(state: ReportIssueState, event: ReportIssueEvent) -> ReportIssueState:
    match event:
        case ReportPrepared():
            return OpenIssue(prepared=event)
        case ReportDelivered():
            assert isinstance(state, OpenIssue), state
            return DeliveredIssue(prepared=state.prepared, arrived=event.arrived, failed=event.failed)
        case _:
            assert_never(event)


def conclude(state: ReportIssueState, arrived: int, failed: int) -> tuple[ReportIssueEvent, ...]:
    """Nothing unless these are all of them."""
    if not isinstance(state, OpenIssue) or arrived + failed < len(state.prepared.recipients):
        return ()
    return (ReportDelivered(arrived=arrived, failed=failed),)
