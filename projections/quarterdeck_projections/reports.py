"""Reports as they are now, and their issues; how each delivery of one fared is among all deliveries."""

from collections.abc import Sequence
from typing import Any, assert_never, cast, get_args

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
from quarterdeck_projections.tables import Report, ReportIssue


def project(batch: Sequence[Logged]) -> Changes:
    changes = Changes()
    reports, issues = changes.of(Report), changes.of(ReportIssue)
    for logged in batch:
        event: Any = logged.event
        if isinstance(event, get_args(ReportEvent)):
            _report(reports, logged, cast("ReportEvent", event))
        else:
            _issue(issues, logged, cast("ReportIssueEvent", event))
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


REPORTS = RowProjection(
    name="reports",
    tables=(Report, ReportIssue),
    topics=frozenset(cls.TOPIC for union in (ReportEvent, ReportIssueEvent) for cls in get_args(union)),
    project=project,
)
