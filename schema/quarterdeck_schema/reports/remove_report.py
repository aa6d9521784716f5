"""Removing a report."""

from typing import Annotated
from uuid import UUID

import strawberry

from quarterdeck_schema import ids
from quarterdeck_schema.context import Info
from quarterdeck_schema.failure import Failure
from quarterdeck_schema.payload import idempotency_key
from quarterdeck_schema.reports.shown import shown_report
from quarterdeck_schema.reports.types import Report
from quarterdeck_schema.requires import mutation
from quarterdeck_schema.scalars import Long


@strawberry.input
class RemoveReportInput:
    report_id: strawberry.ID
    idempotency_key: str | None = strawberry.UNSET


@strawberry.type
class RemoveReportPayload:
    report_id: strawberry.Private[UUID]
    position: Long

    @strawberry.field
    async def report(self, info: Info) -> Report:
        return await shown_report(info, self.report_id, self.position)


RemoveReportResult = Annotated[RemoveReportPayload | Failure, strawberry.union("RemoveReportResult")]


@strawberry.type
class RemoveReportMutation:
    @mutation("report:write", "Nothing is sent any more, not even what is being tried again.")
    async def remove_report(self, info: Info, input: RemoveReportInput) -> RemoveReportResult:  # noqa: A002 - the argument's name
        outcome = await info.context.services.reports.remove(
            info.context.caller,
            ids.decode_as("Report", input.report_id, "reportId"),
            key=idempotency_key(info, input, input.idempotency_key),
        )
        return RemoveReportPayload(report_id=outcome.subject_id, position=Long(outcome.position))
