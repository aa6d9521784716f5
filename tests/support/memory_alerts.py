"""The read models of alerts in memory: the projections' own changes, applied to rows when they are asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import msgspec
from tests.support.memory_tasks import MemoryTaskReads

from quarterdeck.application.ports.alerts import KnownAlert, KnownRule, KnownSilence, silenced_until
from quarterdeck.application.ports.log import EventLog, LoggedEvent
from quarterdeck.domain.alert import Sample
from quarterdeck.domain.alert_notice import LastNotice
from quarterdeck.domain.alert_rule import Condition, RuleSettings, Severity
from quarterdeck.domain.base import ErasedEvent, UnknownEvent
from quarterdeck.domain.errors import UnavailableError
from quarterdeck.domain.identity import UserRegistered
from quarterdeck_projections.alerts import ALERTS
from quarterdeck_projections.changes import Key, Row
from quarterdeck_projections.deliveries import DELIVERIES
from quarterdeck_projections.logged import Logged
from quarterdeck_projections.paging import Page, Window, page
from quarterdeck_projections.queries.alerts import SHOWN, AlertFilter, AlertRow, AlertRuleRow, DeliveryRow, SilenceRow

RowT = TypeVar("RowT")


Tables = dict[str, dict[Key, Row]]


async def tables(log: EventLog) -> Tables:
    """By name, without their schema."""
    events = [each for each in await log.read(0, 100_000) if not isinstance(each.event, UnknownEvent | ErasedEvent)]
    found: Tables = {}
    for projection in (ALERTS, DELIVERIES):
        hand = [_logged(each) for each in events if each.topic in projection.topics]
        # one by one, as changes of one row in a batch fold into each other
        for logged in hand:
            for changed in projection.project([logged]):
                rows = found.setdefault(changed.table.name, {})
                for key in changed.deleted:
                    rows.pop(key, None)
                rows.update({key: dict(row) for key, row in changed.inserted.items()})
                for key, row in changed.updated.items():
                    if key in rows:
                        rows[key].update(row)
    return found


def _logged(each: LoggedEvent) -> Logged:
    actor = each.envelope.actor
    recorded_at = each.envelope.recorded_at.isoformat()
    return Logged(each.position, str(each.stream_id), recorded_at, actor.kind, actor.id, each.event)  # type: ignore[arg-type]


def rows_of(found: Tables, table: str, kind: type[RowT]) -> list[RowT]:
    builtin: Any = msgspec.to_builtins
    return [msgspec.convert(builtin(row), kind) for row in found.get(table, {}).values()]


@dataclass
class MemoryAlertReadings:
    """`AlertReadings`; what rules look at is told by the test."""

    log: EventLog
    found: list[Sample] = field(default_factory=list[Sample])
    late: bool = False
    """The projector lags behind."""
    broken: bool = False

    async def wait_for(self, position: int) -> None:
        if self.late:
            raise UnavailableError("The read model has not come so far.")

    async def rules(self) -> Sequence[KnownRule]:
        rules = rows_of(await tables(self.log), "alert_rules", AlertRuleRow)
        return [
            KnownRule(
                id=each.id,
                project_id=each.project_id,
                name=each.name,
                revision=each.revision,
                settings=each.settings,
                set_at=each.set_at,
            )
            for each in rules
            if each.removed_at is None
        ]

    async def alerts(self) -> Sequence[KnownAlert]:
        known = rows_of(await tables(self.log), "alerts", KnownAlert)
        return [each for each in known if each.told != "resolved" and each.state != "cleared"]

    async def numbers(self, rule_id: UUID, keys: Collection[str]) -> Mapping[str, int]:
        found: dict[str, int] = {}
        for row in (await tables(self.log)).get("alerts", {}).values():
            if row["rule_id"] == rule_id and row["group_key"] in keys:
                key = str(row["group_key"])
                found[key] = max(found.get(key, 0), int(str(row["number"])))
        return found

    async def notices(self) -> Mapping[UUID, LastNotice]:
        found: dict[UUID, LastNotice] = {}
        for row in (await tables(self.log)).get("alert_notices", {}).values():
            number, at = int(str(row["number"])), datetime.fromisoformat(str(row["made_at"]))
            rule_id = UUID(str(row["rule_id"]))
            if number > found.get(rule_id, LastNotice()).number:
                found[rule_id] = LastNotice(number=number, at=at)
        return found

    async def silences(self, since: datetime) -> Sequence[KnownSilence]:
        return [
            KnownSilence(
                project_id=each.project_id,
                matcher=each.matcher,
                since=each.set_at,
                until=min(each.until, each.ended_at or each.until),
            )
            for each in rows_of(await tables(self.log), "silences", SilenceRow)
        ]

    async def samples(self, project_id: UUID | None, settings: RuleSettings, now: datetime) -> Sequence[Sample]:
        if self.broken:
            raise RuntimeError("a query that fails")
        return self.found


class MemoryAlertReads(MemoryTaskReads):
    """What the API asks, of a log in memory. Rules find `alert_found`."""

    alert_found: Sequence[Sample] = ()

    async def alert_rules(self, ids: Collection[UUID], /) -> Mapping[UUID, AlertRuleRow]:
        return {each.id: each for each in await self._told("alert_rules", AlertRuleRow) if each.id in ids}

    async def alerts(self, ids: Collection[UUID], /) -> Mapping[UUID, AlertRow]:
        found = await self._told("alerts", AlertRow)
        return {each.id: each for each in found if each.id in ids and each.raised_at}

    async def silences(self, ids: Collection[UUID], /) -> Mapping[UUID, SilenceRow]:
        return {each.id: each for each in await self._told("silences", SilenceRow) if each.id in ids}

    async def silenced_alerts(self, ids: Collection[UUID], /) -> Mapping[UUID, datetime]:
        now = datetime.now(UTC)
        silences = await MemoryAlertReadings(self._log).silences(now)
        rows = [each for each in (await self.alerts(ids)).values() if not each.resolved_at]
        found = {each.id: silenced_until(each, silences, now) for each in rows}
        return {identifier: until for identifier, until in found.items() if until}

    async def user_names(self, ids: Collection[UUID], /) -> Mapping[UUID, str]:
        events = await self._log.read(0, 100_000)
        return {
            each.stream_id: each.event.name
            for each in events
            if isinstance(each.event, UserRegistered) and each.stream_id in ids
        }

    async def list_alert_rules(self, chosen: AlertFilter, window: Window) -> Page[AlertRuleRow]:
        seen = await self._seen(chosen, "alert_rules", AlertRuleRow)
        rows = [each for each in seen if each.removed_at is None]
        return page(sorted(rows, key=lambda each: each.position)[: window.limit + 1], window)

    async def list_alerts(self, chosen: AlertFilter, window: Window) -> Page[AlertRow]:
        states = chosen.states or SHOWN
        severities = chosen.severities or [each.value for each in Severity]
        rows = [
            each
            for each in await self._seen(chosen, "alerts", AlertRow)
            if each.state in states and each.severity in severities and _has(each, chosen.text)
        ]
        return page(sorted(rows, key=lambda each: -each.position)[: window.limit + 1], window)

    async def list_silences(self, chosen: AlertFilter, window: Window, *, ended: bool) -> Page[SilenceRow]:
        rows = [each for each in await self._seen(chosen, "silences", SilenceRow) if ended or each.ended_at is None]
        return page(sorted(rows, key=lambda each: -each.position)[: window.limit + 1], window)

    async def alert_deliveries(self, rule_id: UUID, alert_id: UUID | None, limit: int) -> Sequence[DeliveryRow]:
        found = await tables(self._log)
        notices = {
            str(row["id"])
            for row in found.get("alert_notices", {}).values()
            if row["rule_id"] == rule_id and (alert_id is None or alert_id in cast("list[UUID]", row["alerts"]))
        }
        sources = {str(row["id"]): str(row["source_id"]) for row in found.get("deliveries", {}).values()}
        rows = [each for each in rows_of(found, "deliveries", DeliveryRow) if sources[str(each.id)] in notices]
        return rows[:limit]

    async def alert_samples(self, project_id: UUID | None, condition: Condition, now: datetime) -> Sequence[Sample]:
        return self.alert_found

    async def _seen(self, chosen: AlertFilter, table: str, kind: type[RowT]) -> list[RowT]:
        roles = None if chosen.visible_to is None else await self.roles(chosen.visible_to)
        rows: Any = await self._told(table, kind)
        return [
            each
            for each in rows
            if (roles is None or each.project_id in roles) and chosen.project_id in {None, each.project_id}
        ]

    async def _told(self, table: str, kind: type[RowT]) -> list[RowT]:
        return rows_of(await tables(self._log), table, kind)


def _has(alert: AlertRow, text: str) -> bool:
    """Names that are shown for labels are not known here."""
    return any(text.strip().lower() in each.lower() for each in (alert.rule, alert.summary, *alert.labels.values()))
