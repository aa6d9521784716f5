"""Alert rules, alerts, silences and deliveries, for the API; and all of them as the watch over alerts needs them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.application.ports.alerts import KnownSilence, silenced_until
from quarterdeck.domain.alert_rule import RuleSettings
from quarterdeck.domain.silence import Matcher
from quarterdeck_projections.database import Database
from quarterdeck_projections.paging import Page, Window, keyset, page


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRuleRow:
    id: UUID
    position: int
    project_id: UUID | None
    name: str
    revision: int
    settings: RuleSettings
    set_at: datetime
    set_by: str
    removed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertRow:
    id: UUID
    position: int
    project_id: UUID | None
    rule_id: UUID
    rule: str
    number: int
    labels: dict[str, str]
    state: str
    severity: str
    summary: str
    value: float
    since: datetime
    raised_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    note: str
    resolved_at: datetime | None
    resolution: str
    last_value: float | None
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SilenceRow:
    id: UUID
    position: int
    project_id: UUID | None
    matcher: Matcher
    reason: str
    set_at: datetime
    set_by: UUID
    until: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryRow:
    id: UUID
    position: int
    channel: str
    address: str
    state: str
    attempts: int
    asked_at: datetime
    again_at: datetime | None
    ended_at: datetime | None
    detail: str


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """`project_id` None: of every project that may be seen, and of the server where that may be."""

    visible_to: UUID | None = None
    project_id: UUID | None = None
    states: Sequence[str] = ()
    severities: Sequence[str] = ()
    """Of alerts; none: any."""
    text: str = ""
    """In an alert's rule, summary or a label, as it is or by the name that is shown for it; case does not count."""


RULES = "id, position, project_id, name, revision, settings, set_at, set_by, removed_at"
ALERTS = (
    "id, position, project_id, rule_id, rule, number, labels, state, severity, summary, value, since, raised_at, "
    "acknowledged_at, acknowledged_by, note, resolved_at, resolution, last_value, told_at"
)
SILENCES = "id, position, project_id, matcher, reason, set_at, set_by, until, ended_at"
DELIVERIES = "id, position, channel, address, state, attempts, asked_at, again_at, ended_at, detail"
SHOWN = ("firing", "acknowledged", "resolved")
_SEEN = """(%(all)s OR project_id IN (SELECT project_id FROM read.members WHERE user_id = %(user)s::uuid))
    AND (%(project)s::uuid IS NULL OR project_id = %(project)s::uuid)"""


_HAS_TEXT = """(%(text)s = '' OR strpos(lower(concat_ws(E'\\n', rule, summary,
    (SELECT string_agg(label.value, E'\\n') FROM jsonb_each_text(labels) AS label),
    (SELECT name FROM read.users WHERE id::text = labels ->> 'user'),
    (SELECT name FROM read.projects WHERE id::text = labels ->> 'project'),
    (SELECT 'T-' || number FROM read.tasks WHERE id::text = labels ->> 'task'))), lower(%(text)s)) > 0)"""


def rule_row(*, settings: dict[str, Any], **columns: Any) -> AlertRuleRow:
    return AlertRuleRow(settings=msgspec.convert(settings, RuleSettings), **columns)


def silence_row(*, matcher: dict[str, Any], **columns: Any) -> SilenceRow:
    return SilenceRow(matcher=msgspec.convert(matcher, Matcher), **columns)


async def load_rules(database: Database, ids: Collection[UUID]) -> dict[UUID, AlertRuleRow]:
    query = f"SELECT {RULES} FROM read.alert_rules WHERE id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
    return {row.id: row for row in await database.rows(rule_row, query, {"ids": list(ids)})}


async def load_alerts(database: Database, ids: Collection[UUID]) -> dict[UUID, AlertRow]:
    """Those that were raised."""
    query = f"SELECT {ALERTS} FROM read.alerts WHERE id = ANY(%(ids)s) AND raised_at IS NOT NULL"  # noqa: S608
    return {row.id: row for row in await database.rows(AlertRow, query, {"ids": list(ids)})}


async def load_silences(database: Database, ids: Collection[UUID]) -> dict[UUID, SilenceRow]:
    query = f"SELECT {SILENCES} FROM read.silences WHERE id = ANY(%(ids)s)"  # noqa: S608 - nothing but literals
    return {row.id: row for row in await database.rows(silence_row, query, {"ids": list(ids)})}


async def silences_since(database: Database, since: datetime) -> Sequence[KnownSilence]:
    """Those that held then or later."""
    query = """
        SELECT project_id, matcher, set_at AS since, least(until, coalesce(ended_at, until)) AS until FROM read.silences
        WHERE least(until, coalesce(ended_at, until)) > %(since)s
    """
    return await database.rows(_known_silence, query, {"since": since})


def _known_silence(*, matcher: dict[str, Any], **columns: Any) -> KnownSilence:
    return KnownSilence(matcher=msgspec.convert(matcher, Matcher), **columns)


async def silenced(database: Database, ids: Collection[UUID], now: datetime) -> dict[UUID, datetime]:
    """Until when: those that are silenced now and not over."""
    silences = await silences_since(database, now)
    held = (row for row in (await load_alerts(database, ids)).values() if not row.resolved_at) if silences else ()
    found = ((row.id, silenced_until(row, silences, now)) for row in held)
    return {identifier: until for identifier, until in found if until}


async def list_rules(database: Database, chosen: AlertFilter, window: Window) -> Page[AlertRuleRow]:
    """In the order in which they were set last."""
    keys = keyset(window, newest_first=False)
    found = await database.rows(
        rule_row,
        f"""
        SELECT {RULES} FROM read.alert_rules
        WHERE {_SEEN} AND removed_at IS NULL AND position > %(low)s AND position < %(high)s
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {**_seen(chosen), **keys.parameters},
    )
    return page(found, window)


async def list_alerts(database: Database, chosen: AlertFilter, window: Window) -> Page[AlertRow]:
    """Those raised last come first."""
    keys = keyset(window, newest_first=True)
    found = await database.rows(
        AlertRow,
        f"""
        SELECT {ALERTS} FROM read.alerts
        WHERE {_SEEN} AND state = ANY(%(states)s) AND position > %(low)s AND position < %(high)s
            AND (%(severities)s::text[] = '{{}}' OR severity = ANY(%(severities)s)) AND {_HAS_TEXT}
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {
            **_seen(chosen),
            **keys.parameters,
            "states": list(chosen.states or SHOWN),
            "severities": list(chosen.severities),
            "text": chosen.text.strip(),
        },
    )
    return page(found, window)


async def list_silences(database: Database, chosen: AlertFilter, window: Window, *, ended: bool) -> Page[SilenceRow]:
    keys = keyset(window, newest_first=True)
    narrowed = "" if ended else "AND ended_at IS NULL AND until > now()"
    found = await database.rows(
        silence_row,
        f"""
        SELECT {SILENCES} FROM read.silences
        WHERE {_SEEN} {narrowed} AND position > %(low)s AND position < %(high)s
        ORDER BY position {keys.order} LIMIT %(fetch)s
        """,  # noqa: S608 - nothing but literals
        {**_seen(chosen), **keys.parameters},
    )
    return page(found, window)


async def deliveries_of(database: Database, alert_id: UUID, rule_id: UUID, limit: int) -> Sequence[DeliveryRow]:
    """Of notices that tell of the alert, the last first."""
    query = f"""
        SELECT {DELIVERIES} FROM read.deliveries
        WHERE source_id IN (
            SELECT id FROM read.alert_notices WHERE rule_id = %(rule)s AND alerts @> jsonb_build_array(%(alert)s::text)
        ) ORDER BY position DESC LIMIT %(limit)s
    """  # noqa: S608 - nothing but literals
    return await database.rows(DeliveryRow, query, {"alert": str(alert_id), "rule": rule_id, "limit": limit})


async def deliveries_of_rule(database: Database, rule_id: UUID, limit: int) -> Sequence[DeliveryRow]:
    """What became of the messages of a rule, the last first; of tests, too."""
    query = f"""
        SELECT {DELIVERIES} FROM read.deliveries
        WHERE source_id IN (SELECT id FROM read.alert_notices WHERE rule_id = %(rule)s)
        ORDER BY position DESC LIMIT %(limit)s
    """  # noqa: S608 - nothing but literals
    return await database.rows(DeliveryRow, query, {"rule": rule_id, "limit": limit})


def _seen(chosen: AlertFilter) -> dict[str, object]:
    return {"all": chosen.visible_to is None, "user": chosen.visible_to, "project": chosen.project_id}
