"""Alerts, as the API shows them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from quarterdeck.domain.alert_rule import Comparison, Kind, RuleSettings, Severity, Statistic, said
from quarterdeck.domain.task_fields import reference
from quarterdeck_projections.queries.alerts import AlertRow, AlertRuleRow, DeliveryRow, SilenceRow
from quarterdeck_schema import ids
from quarterdeck_schema.channels import Channel
from quarterdeck_schema.context import Info
from quarterdeck_schema.measures import Measure
from quarterdeck_schema.node import Node
from quarterdeck_schema.requires import described

if TYPE_CHECKING:
    from quarterdeck_schema.projects.types import Project

SHOWN_DELIVERIES = 50

strawberry.enum(Kind, name="AlertRuleKind", description="What a rule looks at: docs/reference/alert-rules.md.")
strawberry.enum(Comparison, name="AlertComparison")
strawberry.enum(Statistic, name="AlertStatistic", description="Of what was measured in the window.")
strawberry.enum(Severity, name="AlertSeverity")

ID_OF = {"user": "User", "project": "Project", "session": "Session", "task": "Task", "budget": "Budget"}
"""Labels whose values are global ids, and of which type."""


@strawberry.type(description="What told an alert apart. `value`: a global id of a user, project, session or task.")
class AlertLabel:
    name: str
    value: str
    plain: strawberry.Private[str]

    @described("A name for it, where there is one: of a user or a project, or `T-17` of a task.")
    async def shown(self, info: Info) -> str | None:
        if not self.plain or self.name not in {"user", "project", "task"}:
            return None
        if self.name == "user":
            return await info.context.user_name(UUID(self.plain))
        if self.name == "project":
            home = await info.context.project(UUID(self.plain))
            return None if home is None else home.name
        row = await info.context.task(UUID(self.plain))
        return None if row is None else reference(row.number)


@strawberry.type(description="Of the dimension, one of these values.")
class AlertFilter:
    dimension: str
    values: list[str]


@strawberry.type(description="Costs are in dollars and times in seconds; rates by the hour; shares from 0 to 1.")
class AlertCondition:
    kind: Kind
    measure: Measure | None
    statistic: Statistic
    comparison: Comparison
    threshold: float
    window_seconds: int
    for_seconds: int
    minimum: int
    group_by: list[str]
    filters: list[AlertFilter]
    said: str = strawberry.field(description="In a line.")


@strawberry.type(description="Every day from `start` to `end`, as clocks in the zone show it.")
class QuietHours:
    zone: str
    start: str
    end: str


@strawberry.type(description="One message to one place, and how it fares.")
class Delivery:
    id: strawberry.ID
    channel: Channel
    address: str
    state: str = strawberry.field(description="waiting, sending, failed, arrived or given_up.")
    attempts: int
    asked_at: datetime
    again_at: datetime | None = strawberry.field(description="When it is tried again.")
    ended_at: datetime | None
    detail: str = strawberry.field(description="The receiver's answer, or why it did not arrive.")


@strawberry.type
class AlertRule(Node):
    row: strawberry.Private[AlertRuleRow]
    name: str
    description: str
    severity: Severity
    condition: AlertCondition
    mail: list[str]
    webhooks: list[str]
    gather_seconds: int
    repeat_seconds: int = strawberry.field(description="0: what still holds is not said again.")
    quiet_hours: QuietHours | None
    revision: int
    set_at: datetime
    removed_at: datetime | None

    @described("Null: the whole server.")
    async def project(
        self, info: Info
    ) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")] | None:
        return await _project(info, self.row.project_id)

    @described("The last messages of this rule, tests too; the last first.")
    async def deliveries(self, info: Info, first: int = 20) -> list[Delivery]:
        limit = max(0, min(first, SHOWN_DELIVERIES))
        return [
            delivery_of(each) for each in await info.context.services.reads.alert_deliveries(self.row.id, None, limit)
        ]


@strawberry.type
class Alert(Node):
    row: strawberry.Private[AlertRow]
    rule: str
    rule_id: strawberry.ID
    severity: Severity
    state: str = strawberry.field(description="firing, acknowledged or resolved.")
    labels: list[AlertLabel]
    summary: str
    value: float = strawberry.field(description="When it was raised.")
    since: datetime = strawberry.field(description="Since when the condition held.")
    raised_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: strawberry.ID | None
    note: str
    resolved_at: datetime | None
    resolution: str | None = strawberry.field(description="recovered, rule_changed or rule_removed.")
    last_value: float | None = strawberry.field(description="When it was resolved.")
    told_at: datetime | None = strawberry.field(description="When the last message about it was made.")

    @described("Null: the whole server.")
    async def project(
        self, info: Info
    ) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")] | None:
        return await _project(info, self.row.project_id)

    @described("The name of whoever acknowledged it.")
    async def acknowledger(self, info: Info) -> str | None:
        by = self.row.acknowledged_by
        return await info.context.user_name(by) if by else None

    @described("Null where nothing silences it now, or it is over.")
    async def silenced_until(self, info: Info) -> datetime | None:
        return None if self.row.resolved_at else await info.context.silenced_until(self.row.id)

    @described("Messages that tell of it, the last first.")
    async def deliveries(self, info: Info, first: int = 20) -> list[Delivery]:
        limit, reads = max(0, min(first, SHOWN_DELIVERIES)), info.context.services.reads
        return [delivery_of(each) for each in await reads.alert_deliveries(self.row.rule_id, self.row.id, limit)]


@strawberry.type
class Silence(Node):
    row: strawberry.Private[SilenceRow]
    rule: str | None = strawberry.field(description="Null: whatever the rule.")
    severity: str | None
    labels: list[AlertLabel]
    reason: str
    until: datetime
    set_at: datetime
    set_by: strawberry.ID
    ended_at: datetime | None

    @described("Null: of the whole server, and of every project.")
    async def project(
        self, info: Info
    ) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")] | None:
        return await _project(info, self.row.project_id)


@strawberry.type(description="What a rule would find now, for one group.")
class AlertSample:
    labels: list[AlertLabel]
    value: float
    count: int
    holds: bool
    said: str


async def _project(
    info: Info, project_id: UUID | None
) -> Annotated["Project", strawberry.lazy("quarterdeck_schema.projects.types")] | None:
    from quarterdeck_schema.projects.types import project_of

    row = await info.context.project(project_id) if project_id else None
    return None if row is None else project_of(row)


def rule_of(row: AlertRuleRow) -> AlertRule:
    settings = row.settings
    quiet = settings.quiet_hours
    return AlertRule(
        id=ids.encode("AlertRule", row.id),
        row=row,
        name=row.name,
        description=settings.description,
        severity=settings.severity,
        condition=_condition(settings),
        mail=[each.address for each in settings.destinations if each.channel is Channel.MAIL],
        webhooks=[each.address for each in settings.destinations if each.channel is Channel.WEBHOOK],
        gather_seconds=settings.gather_seconds,
        repeat_seconds=settings.repeat_seconds,
        quiet_hours=QuietHours(zone=quiet.zone, start=quiet.start, end=quiet.end) if quiet else None,
        revision=row.revision,
        set_at=row.set_at,
        removed_at=row.removed_at,
    )


def _condition(settings: RuleSettings) -> AlertCondition:
    condition = settings.condition
    return AlertCondition(
        kind=condition.kind,
        measure=Measure(condition.measure) if condition.measure else None,
        statistic=condition.statistic,
        comparison=condition.comparison,
        threshold=condition.threshold,
        window_seconds=condition.window_seconds,
        for_seconds=condition.for_seconds,
        minimum=condition.minimum,
        group_by=list(condition.group_by),
        filters=[
            AlertFilter(dimension=name, values=[shown_value(name, each) for each in values])
            for name, values in condition.filters.items()
        ],
        said=said(condition, None),
    )


def labels_of(labels: dict[str, str]) -> list[AlertLabel]:
    return [AlertLabel(name=name, value=shown_value(name, text), plain=text) for name, text in labels.items()]


def shown_value(name: str, text: str) -> str:
    kind = ID_OF.get(name)
    try:
        return ids.encode(kind, UUID(text)) if kind and text else text
    except ValueError:
        return text


def alert_of(row: AlertRow) -> Alert:
    return Alert(
        id=ids.encode("Alert", row.id),
        row=row,
        rule=row.rule,
        rule_id=ids.encode("AlertRule", row.rule_id),
        severity=Severity(row.severity),
        state=row.state,
        labels=labels_of(row.labels),
        summary=row.summary,
        value=row.value,
        since=row.since,
        raised_at=row.raised_at or row.since,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=ids.encode("User", row.acknowledged_by) if row.acknowledged_by else None,
        note=row.note,
        resolved_at=row.resolved_at,
        resolution=row.resolution or None,
        last_value=row.last_value,
        told_at=row.told_at,
    )


def silence_of(row: SilenceRow) -> Silence:
    return Silence(
        id=ids.encode("Silence", row.id),
        row=row,
        rule=row.matcher.rule or None,
        severity=row.matcher.severity or None,
        labels=labels_of(row.matcher.labels),
        reason=row.reason,
        until=row.until,
        set_at=row.set_at,
        set_by=ids.encode("User", row.set_by),
        ended_at=row.ended_at,
    )


def delivery_of(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=strawberry.ID(str(row.id)),
        channel=Channel(row.channel),
        address=row.address,
        state=row.state,
        attempts=row.attempts,
        asked_at=row.asked_at,
        again_at=row.again_at,
        ended_at=row.ended_at,
        detail=row.detail,
    )
