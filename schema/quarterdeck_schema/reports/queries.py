"""Asking for reports, and looking at one without sending it."""

from datetime import date
from uuid import UUID

import strawberry

from quarterdeck.application.access import no_report
from quarterdeck.domain.report_period import Cadence, Schedule, Weekday
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_report, watched_project
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.reports.schedules import schedule_of
from quarterdeck_schema.reports.types import Report, ReportPreview, ReportSheet, report_of
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long


@strawberry.type
class ReportQueries:
    @query("report:read")
    async def report(self, info: Info, id: strawberry.ID) -> Report | None:  # noqa: A002 - the argument's name
        row = await visible_report(info.context, ids.decode_as("Report", id, "id"))
        return None if row is None else report_of(row)

    @query("report:read", "Of a project; or of all that the caller may see, and the caller's own of all projects.")
    async def reports(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Report]:
        asked = given(project_id)
        identifier = None if asked is None else ids.decode_as("Project", asked, "projectId")
        if identifier is not None:
            await watched_project(info.context, identifier)
        page = await info.context.services.reads.list_reports(
            info.context.visible_to, info.context.window(first, after), identifier
        )
        return connect(page, report_of)

    @query(
        "report:read",
        "A report as it would be sent to the caller: one that is set up, by `reportId`, or of a project (or all) and a "
        "schedule. `day`: in the period; left out: the last period that has ended.",
    )
    async def preview_report(
        self,
        info: Info,
        report_id: strawberry.ID | None = strawberry.UNSET,
        project_id: strawberry.ID | None = strawberry.UNSET,
        cadence: Cadence = Cadence.WEEKLY,
        zone: str = "UTC",
        week_starts: Weekday = Weekday.MONDAY,
        day: date | None = strawberry.UNSET,
    ) -> ReportPreview:
        name, home, schedule = await _asked(info, given(report_id), given(project_id), cadence, zone, week_starts)
        content, rendered = await info.context.services.reports.preview(
            info.context.caller, home, name, schedule, given(day)
        )
        return ReportPreview(
            subject=rendered.subject,
            first=content.first,
            last=content.last,
            since=content.since,
            until=content.until,
            text=rendered.text,
            html=rendered.page,
            figures=rendered.payload.decode(),
            sheets=[ReportSheet(name=each.name, content=each.content.decode()) for each in rendered.sheets],
            calls=Long(content.figures.totals.calls),
        )


async def _asked(
    info: Info,
    report_id: strawberry.ID | None,
    project_id: strawberry.ID | None,
    cadence: Cadence,
    zone: str,
    week_starts: Weekday,
) -> tuple[str, UUID | None, Schedule]:
    if report_id is None:
        home = ids.decode_as("Project", project_id, "projectId") if project_id else None
        return "", home, schedule_of(cadence, zone, "00:00", week_starts)
    row = await visible_report(info.context, ids.decode_as("Report", report_id, "reportId"))
    if row is None:
        raise no_report()
    return row.name, row.project_id, row.schedule
