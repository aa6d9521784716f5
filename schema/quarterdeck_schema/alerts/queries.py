"""Asking for alerts."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import strawberry

from quarterdeck.application.access import no_project
from quarterdeck.domain import alert_rule
from quarterdeck.domain.alert import holds
from quarterdeck.domain.alert_rule import Severity, said
from quarterdeck.domain.delivery import Channel, destination, webhook_id
from quarterdeck.domain.errors import InvalidInputError
from quarterdeck.domain.project import Role
from quarterdeck_projections.queries.alerts import SHOWN, AlertFilter
from quarterdeck_schema import ids
from quarterdeck_schema.access import visible_alert, watched_project
from quarterdeck_schema.alerts.inputs import AlertRuleInput, project_id_of, settings_of
from quarterdeck_schema.alerts.types import (
    Alert,
    AlertRule,
    AlertSample,
    Silence,
    alert_of,
    labels_of,
    rule_of,
    silence_of,
)
from quarterdeck_schema.arguments import given
from quarterdeck_schema.context import Info
from quarterdeck_schema.paging import Connection, connect
from quarterdeck_schema.requires import query
from quarterdeck_schema.scalars import Long

MOST_SHOWN = 100


@strawberry.type
class AlertQueries:
    @query("alert:read", "Rules of a project, or of all that the caller may see.")
    async def alert_rules(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[AlertRule]:
        chosen = await _chosen(info, project_id, wait_for)
        page = await info.context.services.reads.list_alert_rules(chosen, info.context.window(first, after))
        return connect(page, rule_of)

    @query(
        "alert:read",
        "Alerts that were raised, the last first. `states`: firing, acknowledged, resolved. `text`: in the rule's "
        "name, the summary or a label.",
    )
    async def alerts(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        states: list[str] | None = strawberry.UNSET,
        severities: list[Severity] | None = strawberry.UNSET,
        text: str | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_for: Long | None = strawberry.UNSET,
    ) -> Connection[Alert]:
        chosen = await _chosen(info, project_id, wait_for, given(states) or [])
        severity = [each.value for each in given(severities) or []]
        chosen = replace(chosen, severities=severity, text=given(text) or "")
        page = await info.context.services.reads.list_alerts(chosen, info.context.window(first, after))
        return connect(page, alert_of)

    @query("alert:read")
    async def alert(self, info: Info, id: strawberry.ID) -> Alert | None:  # noqa: A002 - the argument's name
        row = await visible_alert(info.context, ids.decode_as("Alert", id, "id"))
        return None if row is None else alert_of(row)

    @query("alert:read", "Silences that hold now, or all with `ended`.")
    async def silences(
        self,
        info: Info,
        project_id: strawberry.ID | None = strawberry.UNSET,
        ended: bool = False,  # noqa: FBT001, FBT002 - an argument of the API
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
    ) -> Connection[Silence]:
        chosen = await _chosen(info, project_id, None)
        window = info.context.window(first, after)
        return connect(await info.context.services.reads.list_silences(chosen, window, ended=ended), silence_of)

    @query("alert:read", "What a rule would find now, those that it would raise first. Nothing is written or sent.")
    async def test_alert_rule(
        self, info: Info, rule: AlertRuleInput, project_id: strawberry.ID | None = strawberry.UNSET
    ) -> list[AlertSample]:
        identifier = project_id_of(project_id)
        await info.context.services.alerts.permit(info.context.caller, identifier, Role.VIEWER, no_project())
        settings = settings_of(rule)
        alert_rule.check(settings, of_server=identifier is None)
        found = await info.context.services.reads.alert_samples(identifier, settings.condition, datetime.now(UTC))
        samples = [
            AlertSample(
                labels=labels_of(dict(each.labels)),
                value=each.value,
                count=min(each.count, 2**31 - 1),
                holds=holds(settings.condition, each),
                said=said(settings.condition, each.value),
            )
            for each in found
        ]
        return sorted(samples, key=lambda each: not each.holds)[:MOST_SHOWN]

    @query("alert:write", "What a webhook's messages are signed with, for its owner: it is derived, and never stored.")
    async def webhook_secret(self, info: Info, url: str, project_id: strawberry.ID | None = strawberry.UNSET) -> str:
        identifier = project_id_of(project_id)
        await info.context.services.alerts.permit(info.context.caller, identifier, Role.OWNER, no_project())
        destination(Channel.WEBHOOK, url, "url")
        return info.context.services.webhook_secrets.secret(webhook_id(identifier, url))


async def _chosen(
    info: Info, project_id: str | None, wait_for: int | None, states: list[str] | None = None
) -> AlertFilter:
    identifier: UUID | None = project_id_of(project_id)
    if identifier is not None:
        await watched_project(info.context, identifier)
    unknown = [each for each in states or [] if each not in SHOWN]
    if unknown:
        raise InvalidInputError(
            f"There is no state {unknown[0][:40]!r} of an alert.", f"It is {', '.join(SHOWN)}.", field="states"
        )
    if (position := given(wait_for)) is not None:
        await info.context.services.reads.wait_for(position, "alerts")
    return AlertFilter(visible_to=info.context.visible_to, project_id=identifier, states=states or ())
