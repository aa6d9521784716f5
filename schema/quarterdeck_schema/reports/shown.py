"""A report right after a mutation."""

from uuid import UUID

from quarterdeck_schema.context import Info
from quarterdeck_schema.payload import shown
from quarterdeck_schema.reports.types import Report, report_of


async def shown_report(info: Info, report_id: UUID, position: int) -> Report:
    return await shown(info, Report, report_id, info.context.report, report_of, position=position, projection="reports")
