"""The read model of reports, by the projection's own function over the memory log when it is asked."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, cast
from uuid import UUID

from tests.support.memory_tasks import MemoryTaskReads

from quarterdeck.domain.identity import UserRegistered
from quarterdeck.domain.project import Role
from quarterdeck.domain.report import Recipient
from quarterdeck.domain.report_period import Schedule
from quarterdeck_projections.deliveries import DELIVERIES
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.paging import Page, Window
from quarterdeck_projections.projection import RowProjection
from quarterdeck_projections.queries.reports import (
    ReportDeliveryRow,
    ReportIssueRow,
    ReportRecipientRow,
    ReportRow,
    delivery_row,
)
from quarterdeck_projections.reports import REPORTS
from quarterdeck_projections.tables import Delivery, ReadModel, Report, ReportIssue


class MemoryReportReads(MemoryTaskReads):
    async def reports(self, ids: Collection[UUID], /) -> Mapping[UUID, ReportRow]:
        return {row.id: row for row in await self._reports() if row.id in ids}

    async def list_reports(self, visible_to: UUID | None, window: Window, project_id: UUID | None) -> Page[ReportRow]:
        roles = await self.roles(visible_to) if visible_to else dict[UUID, Role]()

        def seen(row: ReportRow) -> bool:
            mine = visible_to in {None, row.owner_id} if row.project_id is None else row.project_id in roles
            return row.removed_at is None and project_id in {None, row.project_id} and (visible_to is None or mine)

        rows = [row for row in await self._reports() if seen(row) and row.position > (window.after or 0)]
        return Page(rows=rows[: window.limit], has_next=len(rows) > window.limit)

    async def report_issues(self, ids: Collection[UUID], /) -> Mapping[UUID, ReportIssueRow]:
        return {row.id: row for row in await self._issues() if row.id in ids}

    async def list_report_issues(self, report_id: UUID, window: Window) -> Page[ReportIssueRow]:
        rows = [row for row in reversed(await self._issues()) if row.report_id == report_id]
        rows = [row for row in rows if window.after is None or row.position < window.after]
        return Page(rows=rows[: window.limit], has_next=len(rows) > window.limit)

    async def report_deliveries(self, issue_ids: Collection[UUID], /) -> Mapping[UUID, Sequence[ReportDeliveryRow]]:
        names = [each.name for each in fields(ReportDeliveryRow) if each.name != "issue_id"]
        rows = [
            delivery_row(issue_id=row["source_id"], **{name: cast("Any", row.get(name)) for name in names})
            for row in await self._rows(Delivery, DELIVERIES)
        ]
        return {each: [row for row in rows if row.issue_id == each] for each in issue_ids}

    async def _issues(self) -> list[ReportIssueRow]:
        return [ReportIssueRow(**row) for row in await self._rows(ReportIssue)]

    async def _reports(self) -> list[ReportRow]:
        names = {e.stream_id: e.event.name for e in await self._events() if isinstance(e.event, UserRegistered)}
        return [_report(row, names) for row in await self._rows(Report)]

    async def _rows(self, model: type[ReadModel], projection: RowProjection = REPORTS) -> list[dict[str, Any]]:
        """Of a table, by position."""
        told = [
            Logged(
                position=each.position,
                stream_id=cast("str", each.stream_id),
                recorded_at=cast("str", each.envelope.recorded_at),
                actor_kind=each.envelope.actor.kind,
                actor_id=each.envelope.actor.id,
                event=cast("Any", each.event),
            )
            for each in await self._events()
            if each.topic in projection.topics
        ]
        tables = {each.table.name: each.inserted for each in projection.project(told)}
        return sorted(tables[model.TABLE].values(), key=lambda row: cast("int", row["position"]))


def _report(row: dict[str, Any], names: Mapping[UUID, str]) -> ReportRow:
    recipients: tuple[Recipient, ...] = row.pop("recipients")
    fields = {name: row.pop(name) for name in ("cadence", "zone", "at_minute", "week_starts")}
    return ReportRow(
        owner_name=names.get(row["owner_id"], str(row["owner_id"])),
        schedule=Schedule(**fields),
        recipients=tuple(
            ReportRecipientRow(
                channel=each.destination.channel,
                address=each.destination.address,
                user_id=each.user_id,
                user_name=names.get(each.user_id, str(each.user_id)),
            )
            for each in recipients
        ),
        **row,
    )
