"""The port `AlertReadings` over the read models."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from quarterdeck.application.ports.alerts import KnownAlert, KnownRule, KnownSilence
from quarterdeck.domain.alert import Sample
from quarterdeck.domain.alert_notice import LastNotice
from quarterdeck.domain.alert_rule import RuleSettings
from quarterdeck_projections.database import Database
from quarterdeck_projections.queries import alert_samples, alerts
from quarterdeck_projections.queries.positions import ProjectionWatch

READ = ("alerts", "usage", "sessions", "projects", "budgets")
"""Projections that a look at alerts reads."""
WAIT_SECONDS = 5.0
_ALERTS = """
    SELECT id, rule_id, project_id, rule, revision, number, labels, severity, state, raised_at,
        resolved_at, told, told_at
    FROM read.alerts
    WHERE told <> 'resolved' AND state <> 'cleared'
      AND (state <> 'resolved' OR resolved_at > now() - interval '7 days')
"""
_NUMBERS = """
    SELECT group_key AS key, max(number) AS number FROM read.alerts
    WHERE rule_id = %(rule)s AND group_key = ANY(%(keys)s) GROUP BY group_key
"""
_NOTICES = """
    SELECT DISTINCT ON (rule_id) rule_id, number, made_at AS at FROM read.alert_notices
    WHERE number > 0 ORDER BY rule_id, number DESC
"""


@dataclass(frozen=True)
class ReadAlerts:
    database: Database
    watch: ProjectionWatch

    async def wait_for(self, position: int) -> None:
        await self.watch.wait_for(position, READ, WAIT_SECONDS)

    async def rules(self) -> Sequence[KnownRule]:
        query = """
            SELECT id, project_id, name, revision, settings, set_at FROM read.alert_rules
            WHERE removed_at IS NULL ORDER BY position
        """
        return await self.database.rows(_rule, query)

    async def alerts(self) -> Sequence[KnownAlert]:
        return await self.database.rows(KnownAlert, _ALERTS)

    async def numbers(self, rule_id: UUID, keys: Collection[str]) -> Mapping[str, int]:
        found = await self.database.rows(_number, _NUMBERS, {"rule": rule_id, "keys": list(keys)})
        return dict(found)

    async def notices(self) -> Mapping[UUID, LastNotice]:
        return dict(await self.database.rows(_notice, _NOTICES))

    async def silences(self, since: datetime) -> Sequence[KnownSilence]:
        return await alerts.silences_since(self.database, since)

    async def samples(self, project_id: UUID | None, settings: RuleSettings, now: datetime) -> Sequence[Sample]:
        return await alert_samples.samples(self.database, project_id, settings.condition, now)


def _rule(*, settings: dict[str, Any], **columns: Any) -> KnownRule:
    return KnownRule(settings=msgspec.convert(settings, RuleSettings), **columns)


def _number(*, key: str, number: int) -> tuple[str, int]:
    return key, number


def _notice(*, rule_id: UUID, number: int, at: datetime) -> tuple[UUID, LastNotice]:
    return rule_id, LastNotice(number=number, at=at)
