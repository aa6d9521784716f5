"""Reports as they are now, their issues, and how each delivery of one fared."""

from collections.abc import Sequence
from typing import Any, assert_never, cast, get_args

from quarterdeck.application.report_issues import ABOUT
from quarterdeck.domain.delivery import (
    DeliveryAsked,
    DeliveryAttempted,
    DeliveryEvent,
    DeliveryFailed,
    DeliveryGivenUp,
    DeliverySucceeded,
)
from quarterdeck.domain.report import (
    ReportEvent,
    ReportIssued,
    ReportRemoved,
    ReportRevised,
    ReportScheduled,
    ReportSettings,
)
from quarterdeck.domain.report_issue import ReportDelivered, ReportIssueEvent, ReportPrepared
from quarterdeck_projections.changes import Changes, Row, TableChanges
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.states import DeliveryState
from quarterdeck_projections.tables import Report, ReportDelivery, ReportIssue


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    reports, issues, deliveries = changes.of(Report), changes.of(ReportIssue), changes.of(ReportDelivery)
    for logged in batch:
        event: Any = logged.event
        if isinstance(event, get_args(ReportEvent)):
            _report(reports, logged, cast("ReportEvent", event))
        elif isinstance(event, get_args(ReportIssueEvent)):
            _issue(issues, logged, cast("ReportIssueEvent", event))
        else:
            _delivery(deliveries, logged, cast("DeliveryEvent", event))
    return changes


def _report(reports: TableChanges, logged: Logged, event: ReportEvent) -> None:
    key = (logged.stream_id,)
    match event:
        case ReportScheduled():
            row: Row = {
                "id": logged.stream_id,
                "position": logged.position,
                "project_id": event.project_id,
                "owner_id": event.owner_id,
                "name": event.name,
                "next_at": event.next_at,
                "scheduled_at": logged.recorded_at,
                "revised_at": logged.recorded_at,
                **_settings(event.settings),
            }
            reports.replace(key, row)
        case ReportRevised():
            changed = {"next_at": event.next_at, "revised_at": logged.recorded_at, **_settings(event.settings)}
            reports.update(key, changed)
        case ReportIssued(next_at=next_at):
            reports.update(key, {} if next_at is None else {"next_at": next_at})
        case ReportRemoved():
            reports.update(key, {"removed_at": logged.recorded_at})
        case _:
            assert_never(event)


def _settings(settings: ReportSettings) -> Row:
    schedule = settings.schedule
    return {
        "cadence": schedule.cadence,
        "zone": schedule.zone,
        "at_minute": schedule.at_minute,
        "week_starts": schedule.week_starts,
        "recipients": settings.recipients,
    }


def _issue(issues: TableChanges, logged: Logged, event: ReportIssueEvent) -> None:
    key = (logged.stream_id,)
    match event:
        case ReportPrepared():
            row: Row = {
                "id": logged.stream_id,
                "position": logged.position,
                "report_id": event.report_id,
                "project_id": event.project_id,
                "first": event.period.first,
                "until": event.period.until,
                "missed": event.missed,
                "asked_by": event.asked_by,
                "prepared_at": logged.recorded_at,
            }
            issues.insert(key, row)
        case ReportDelivered():
            ended: Row = {"delivered_at": logged.recorded_at, "arrived": event.arrived, "failed": event.failed}
            issues.update(key, ended)
        case _:
            assert_never(event)


def _delivery(deliveries: TableChanges, logged: Logged, event: DeliveryEvent) -> None:
    """Of other things than reports there are no rows, which is nothing to change."""
    key = (logged.stream_id,)
    match event:
        case DeliveryAsked(about=about):
            if about == ABOUT:
                row: Row = {
                    "id": logged.stream_id,
                    "position": logged.position,
                    "issue_id": event.source_id,
                    "channel": event.destination.channel,
                    "address": event.destination.address,
                    "state": DeliveryState.WAITING,
                    "attempts": 0,
                    "detail": "",
                }
                deliveries.insert(key, row)
        case DeliveryAttempted():
            deliveries.update(key, {"state": DeliveryState.SENDING, "attempts": event.attempt, "again_at": event.until})
        case DeliveryFailed():
            deliveries.update(key, {"state": DeliveryState.WAITING, "detail": event.reason, "again_at": event.again_at})
        case DeliverySucceeded():
            deliveries.update(key, _ended(logged, DeliveryState.ARRIVED, event.answer))
        case DeliveryGivenUp():
            deliveries.update(key, _ended(logged, DeliveryState.GIVEN_UP, event.reason))
        case _:
            assert_never(event)


def _ended(logged: Logged, state: DeliveryState, detail: str) -> Row:
    return {"state": state, "detail": detail, "again_at": None, "ended_at": logged.recorded_at}


REPORTS = RowProjection(
    name="reports",
    tables=(Report, ReportIssue, ReportDelivery),
    topics=frozenset(cls.TOPIC for union in (ReportEvent, ReportIssueEvent, DeliveryEvent) for cls in get_args(union)),
    project=project,
)
