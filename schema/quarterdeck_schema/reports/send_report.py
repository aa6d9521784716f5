"""Sending a report out of turn."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.errors import NotFoundError
from quarterdeck_schema import ids
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.reports.types import ReportIssue, issue_of
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class SendReportInput:
    report_id: strawberry.ID
    day: date | None = strawberry.field(
        default=strawberry.UNSET, description="In the period. Left out: the last period that has ended."
    )
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class SendReportPayload:
    issue_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def issue(self, info: Info) -> ReportIssue:
        reads = info.context.services.reads
        await reads.wait_for(self.position, "reports", "deliveries")
        row = (await reads.report_issues([self.issue_id])).get(self.issue_id)
        if row is None:
            raise NotFoundError("There is no such issue.", "Ask for the report's.")
        return issue_of(row)


SendReportResult = Annotated[SendReportPayload | Failure, strawberry.union("SendReportResult")]


@strawberry.type
class SendReportMutation:
    @mutation("report:write", "To all its recipients, now. What is due changes nothing of that, and stays due.")
    async def send_report(self, info: Info, input: SendReportInput) -> SendReportResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.reports.send(
            info.context.caller,
            ids.decode_as("Report", input.report_id, "reportId"),
            given(input.day),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return SendReportPayload(issue_id=outcome.subject_id, position=Long(outcome.position))
