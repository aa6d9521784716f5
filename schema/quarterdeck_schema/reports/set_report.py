"""Setting a report up, or changing it."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.application.reports import ME, RecipientAsked
from quarterdeck.domain.delivery import Channel, destination
from quarterdeck.domain.report_period import Cadence, Weekday
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.reports.schedules import schedule_of
from quarterdeck_schema.reports.shown import shown_report
from quarterdeck_schema.reports.types import Report
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class ReportRecipientInput:
    channel: Channel
    address: str = strawberry.field(
        description="A mail address, a webhook's URL, or a folder below the server's folder of reports."
    )
    user: str = strawberry.field(
        default=ME,
        description="For whom, by name or id, or `me`: it is sent as long as they may see what it is about.",
    )


@strawberry.input
class SetReportInput:
    name: str = strawberry.field(description="1 to 64 of a to z, 0 to 9, - and _. One of that name is changed.")
    project_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Left out: every project that each recipient may see."
    )
    cadence: Cadence
    zone: str = strawberry.field(default="UTC", description="IANA name of a time zone, as Europe/Berlin.")
    at: str = strawberry.field(default="08:00", description="Time of day there, on the day after the period.")
    week_starts: Weekday = Weekday.MONDAY
    recipients: list[ReportRecipientInput]
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SetReportPayload:
    report_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def report(self, info: Info) -> Report:
        return await shown_report(info, self.report_id, self.position)


SetReportResult = Annotated[SetReportPayload | Failure, strawberry.union("SetReportResult")]


@strawberry.type
class SetReportMutation:
    @mutation("report:write", "Sets a report up, or puts this in the place of what the one of that name was.")
    async def set_report(self, info: Info, input: SetReportInput) -> SetReportResult:  # noqa: A002 - the argument's name
        project_id = given(input.project_id)
        outcome = await info.context.services.reports.put(
            info.context.caller,
            ids.decode_as("Project", project_id, "projectId") if project_id else None,
            input.name,
            schedule_of(input.cadence, input.zone, input.at, input.week_starts),
            [
                RecipientAsked(
                    destination=destination(each.channel, each.address, f"recipients.{number}.address"),
                    user=each.user,
                )
                for number, each in enumerate(input.recipients)
            ],
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SetReportPayload(report_id=outcome.subject_id, position=Long(outcome.position))
