"""Reports, as the API shows them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from quarterdeck.domain.report_period import DAY, Cadence, Weekday
from quarterdeck_projections.queries.reports import ReportDeliveryRow, ReportIssueRow, ReportRow
from quarterdeck_projections.states import DeliveryState
from quarterdeck_schema import ids
from quarterdeck_schema.channels import Channel
from quarterdeck_schema.context import Info
from quarterdeck_schema.node import Node
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import check_scope, described
from quarterdeck_schema.scalars import Long

if TYPE_CHECKING:
    from quarterdeck_schema.projects.types import Project

strawberry.enum(Cadence, name="ReportCadence")
strawberry.enum(Weekday, name="Weekday")
strawberry.enum(DeliveryState, name="DeliveryState", description="WAITING: for its first attempt, or the next one.")


@strawberry.type(description="Gets it as long as the user may see what it is about.")
class ReportRecipient:
    channel: Channel
    address: str
    user_id: strawberry.ID
    user_name: str


@strawberry.type(description="To one recipient.")
class ReportDelivery:
    id: strawberry.ID = strawberry.field(description="Makes a mail's `Message-ID`, and is a webhook's `webhook-id`.")
    channel: Channel
    address: str
    state: DeliveryState
    attempts: int
    detail: str = strawberry.field(description="Why the last attempt failed, or what the receiver answered.")
    again_at: datetime | None = strawberry.field(description="When it is tried next, or how long it is being sent.")
    ended_at: datetime | None


@strawberry.type(description="A report of one period, on its way or delivered.")
class ReportIssue(Node):
    row: strawberry.Private[ReportIssueRow]
    first: date
    last: date
    missed: int = strawberry.field(description="Periods before it of which none was sent, as no server was there.")
    asked_for: bool = strawberry.field(description="By somebody, besides those that are due.")
    prepared_at: datetime
    delivered_at: datetime | None = strawberry.field(description="When the last of its deliveries ended.")
    arrived: int | None
    failed: int | None

    @strawberry.field
    async def deliveries(self, info: Info) -> list[ReportDelivery]:
        return [_delivery(each) for each in await info.context.report_deliveries(self.row.id)]


@strawberry.type
class Report(Node):
    row: strawberry.Private[ReportRow]
    name: str
    owner_id: strawberry.ID
    owner_name: str
    cadence: Cadence
    zone: str = strawberry.field(description="IANA name of its time zone.")
    at: str = strawberry.field(description="Time of day there, on the day after the period, as `08:00`.")
    week_starts: Weekday
    recipients: list[ReportRecipient]
    next_at: datetime
    scheduled_at: datetime
    revised_at: datetime
    removed_at: datetime | None

    @described("Null: it is about all projects that a recipient may see.")
    async def project(
        self, info: Info
    ) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")] | None:
        from quarterdeck_schema.projects.types import project_of

        check_scope(info.context, "project:read")
        row = await info.context.project(self.row.project_id) if self.row.project_id else None
        return None if row is None else project_of(row)

    @described("The last first.")
    async def issues(
        self, info: Info, first: int | None = 50, after: str | None = strawberry.UNSET
    ) -> Connection[ReportIssue]:
        page = await info.context.services.reads.list_report_issues(self.row.id, info.context.window(first, after))
        return connect(page, issue_of)


@strawberry.type
class ReportSheet:
    name: str = strawberry.field(description="Of a file, as `totals.csv`.")
    content: str = strawberry.field(description="CSV with a header.")


@strawberry.type(description="As it would be sent to the caller.")
class ReportPreview:
    subject: str
    first: date
    last: date
    since: datetime = strawberry.field(description="Where the period begins, in its time zone.")
    until: datetime
    text: str
    html: str = strawberry.field(description="A page of its own, with its images in it.")
    figures: str = strawberry.field(description="JSON, as a webhook gets it.")
    sheets: list[ReportSheet] = strawberry.field(description="What a mail has attached.")
    calls: Long = strawberry.field(description="Of models, in this time.")


def report_of(row: ReportRow) -> Report:
    schedule = row.schedule
    return Report(
        id=ids.encode("Report", row.id),
        row=row,
        name=row.name,
        owner_id=ids.encode("User", row.owner_id),
        owner_name=row.owner_name,
        cadence=schedule.cadence,
        zone=schedule.zone,
        at=f"{schedule.at_minute // 60:02}:{schedule.at_minute % 60:02}",
        week_starts=schedule.week_starts,
        recipients=[
            ReportRecipient(
                channel=each.channel,
                address=each.address,
                user_id=ids.encode("User", each.user_id),
                user_name=each.user_name,
            )
            for each in row.recipients
        ],
        next_at=row.next_at,
        scheduled_at=row.scheduled_at,
        revised_at=row.revised_at,
        removed_at=row.removed_at,
    )


def issue_of(row: ReportIssueRow) -> ReportIssue:
    return ReportIssue(
        id=ids.encode("ReportIssue", row.id),
        row=row,
        first=row.first,
        last=row.until - DAY,
        missed=row.missed,
        asked_for=row.asked_by is not None,
        prepared_at=row.prepared_at,
        delivered_at=row.delivered_at,
        arrived=row.arrived,
        failed=row.failed,
    )


def _delivery(row: ReportDeliveryRow) -> ReportDelivery:
    return ReportDelivery(
        id=strawberry.ID(str(row.id)),
        channel=row.channel,
        address=row.address,
        state=row.state,
        attempts=row.attempts,
        detail=row.detail,
        again_at=row.again_at,
        ended_at=row.ended_at,
    )
