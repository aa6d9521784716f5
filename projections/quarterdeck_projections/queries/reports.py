"""Reports, their issues and deliveries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

import msgspec

from quarterdeck.domain.delivery import Channel
from quarterdeck.domain.report import Recipient
from quarterdeck.domain.report_period import Cadence, Schedule, Weekday
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page
from quarterdeck_projections.queries.report_figures import Found
from quarterdeck_projections.states import DeliveryState

LOOKED_AT_ONCE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRecipientRow:
    channel: Channel
    address: str
    user_id: UUID
    user_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportRow:
    id: UUID
    position: int
    """Of its last ReportScheduled: the key of pages."""
    project_id: UUID | None
    owner_id: UUID
    owner_name: str
    name: str
    schedule: Schedule
    recipients: tuple[ReportRecipientRow, ...]
    next_at: datetime
    scheduled_at: datetime
    revised_at: datetime
    removed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportIssueRow:
    id: UUID
    position: int
    report_id: UUID
    project_id: UUID | None
    first: date
    until: date
    missed: int
    asked_by: UUID | None
    prepared_at: datetime
    delivered_at: datetime | None
    arrived: int | None
    failed: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportDeliveryRow:
    id: UUID
    position: int
    issue_id: UUID
    channel: Channel
    address: str
    state: DeliveryState
    attempts: int
    detail: str
    again_at: datetime | None
    ended_at: datetime | None


_REPORTS: LiteralString = """
    SELECT r.id, r.position, r.project_id, r.owner_id, coalesce(o.name, r.owner_id::text) AS owner_name, r.name,
        r.cadence, r.zone, r.at_minute, r.week_starts, r.recipients, r.next_at, r.scheduled_at, r.revised_at,
        r.removed_at, ARRAY(
            SELECT coalesce(u.name, told ->> 'user_id') FROM jsonb_array_elements(r.recipients) WITH ORDINALITY
                AS each(told, number) LEFT JOIN read.users u ON u.id = (told ->> 'user_id')::uuid ORDER BY number
        ) AS names
    FROM read.reports r LEFT JOIN read.users o ON o.id = r.owner_id"""
_ISSUES: LiteralString = """
    SELECT id, position, report_id, project_id, first, until, missed, asked_by, prepared_at, delivered_at, arrived,
        failed
    FROM read.report_issues"""


def _report(
    *,
    cadence: str,
    zone: str,
    at_minute: int,
    week_starts: str,
    recipients: list[dict[str, Any]],
    names: list[str],
    **columns: Any,
) -> ReportRow:
    told = msgspec.convert(recipients, tuple[Recipient, ...])
    return ReportRow(
        schedule=Schedule(cadence=Cadence(cadence), zone=zone, at_minute=at_minute, week_starts=Weekday(week_starts)),
        recipients=tuple(
            ReportRecipientRow(
                channel=each.destination.channel,
                address=each.destination.address,
                user_id=each.user_id,
                user_name=name,
            )
            for each, name in zip(told, names, strict=True)
        ),
        **columns,
    )


def delivery_row(*, channel: str, state: str, **columns: Any) -> ReportDeliveryRow:
    """What failed waits for its next attempt."""
    known = DeliveryState.WAITING if state == "failed" else DeliveryState(state)
    return ReportDeliveryRow(channel=Channel(channel), state=known, **columns)


async def load(database: Database, ids: Collection[UUID]) -> dict[UUID, ReportRow]:
    """Those of `ids` that exist, removed ones too."""
    query = f"{_REPORTS} WHERE r.id = ANY(%(ids)s)"
    return {row.id: row for row in await database.rows(_report, query, {"ids": list(ids)})}


async def list_visible(
    database: Database, visible_to: UUID | None, window: Window, project_id: UUID | None
) -> Page[ReportRow]:
    """In the order in which they were set up: of one project, or of all that a user sees and the user's own."""
    keys = keyset(window, newest_first=False)
    narrowed: LiteralString = "" if project_id is None else "AND r.project_id = %(project)s"
    if visible_to is not None:
        narrowed += """ AND CASE WHEN r.project_id IS NULL THEN r.owner_id = %(user)s ELSE
            r.project_id IN (SELECT m.project_id FROM read.members m WHERE m.user_id = %(user)s) END"""
    found = await database.rows(
        _report,
        f"""{_REPORTS}
        WHERE r.removed_at IS NULL AND r.position > %(low)s AND r.position < %(high)s {narrowed}
        ORDER BY r.position {keys.order} LIMIT %(fetch)s
        """,
        {"project": project_id, "user": visible_to, **keys.parameters},
    )
    return page(found, window)


async def load_issues(database: Database, ids: Collection[UUID]) -> dict[UUID, ReportIssueRow]:
    query = f"{_ISSUES} WHERE id = ANY(%(ids)s)"
    return {row.id: row for row in await database.rows(ReportIssueRow, query, {"ids": list(ids)})}


async def list_issues(database: Database, report_id: UUID, window: Window) -> Page[ReportIssueRow]:
    """The last first."""
    keys = keyset(window, newest_first=True)
    found = await database.rows(
        ReportIssueRow,
        f"""{_ISSUES} WHERE report_id = %(report)s AND position > %(low)s AND position < %(high)s
        ORDER BY position {keys.order} LIMIT %(fetch)s""",
        {"report": report_id, **keys.parameters},
    )
    return page(found, window)


async def load_deliveries(database: Database, issue_ids: Collection[UUID]) -> dict[UUID, list[ReportDeliveryRow]]:
    """Of issues, in the order of their recipients."""
    found: dict[UUID, list[ReportDeliveryRow]] = {each: [] for each in issue_ids}
    rows = await database.rows(
        delivery_row,
        """
        SELECT id, position, source_id AS issue_id, channel, address, state, attempts, detail, again_at, ended_at
        FROM read.deliveries WHERE source_id = ANY(%(ids)s) ORDER BY position
        """,
        {"ids": list(issue_ids)},
    )
    for row in rows:
        found[row.issue_id].append(row)
    return found


@dataclass(frozen=True)
class ReadReportBook:
    """`application.ports.reports.ReportBook` by the read models."""

    database: Database

    async def due(self, now: datetime) -> Sequence[UUID]:
        return await self._ids(
            """
            SELECT id FROM read.reports WHERE removed_at IS NULL AND next_at <= %(now)s
            ORDER BY next_at LIMIT %(limit)s
            """,
            now,
        )

    async def concluded(self) -> Sequence[UUID]:
        return await self._ids(
            """
            SELECT id FROM read.report_issues i WHERE delivered_at IS NULL AND NOT EXISTS (
                SELECT FROM read.deliveries d WHERE d.source_id = i.id AND d.ended_at IS NULL
            ) ORDER BY position LIMIT %(limit)s
            """,
            None,
        )

    async def _ids(self, query: LiteralString, now: datetime | None) -> Sequence[UUID]:
        return [row.id for row in await self.database.rows(Found, query, {"now": now, "limit": LOOKED_AT_ONCE})]
