"""Alerts, their rules, and silences."""

from collections.abc import AsyncIterator
from typing import Any

from quarterdeck_cli.api import Answer, read
from quarterdeck_cli.api.paging import pages
from quarterdeck_cli.client import Client
from quarterdeck_cli.errors import NotFoundError
from quarterdeck_cli.text import plain


class Home(Answer, frozen=True):
    id: str
    name: str


class Label(Answer, frozen=True):
    name: str
    value: str
    shown: str | None = None


class Filter(Answer, frozen=True):
    dimension: str
    values: tuple[str, ...]


class Condition(Answer, frozen=True):
    kind: str
    measure: str | None
    statistic: str
    comparison: str
    threshold: float
    window_seconds: int
    for_seconds: int
    minimum: int
    group_by: tuple[str, ...]
    filters: tuple[Filter, ...]
    said: str


class QuietHours(Answer, frozen=True):
    zone: str
    start: str
    end: str


class Delivery(Answer, frozen=True):
    id: str
    channel: str
    address: str
    state: str
    attempts: int
    asked_at: str
    again_at: str | None
    ended_at: str | None
    detail: str


class Rule(Answer, frozen=True):
    id: str
    name: str
    description: str
    severity: str
    condition: Condition
    mail: tuple[str, ...]
    webhooks: tuple[str, ...]
    gather_seconds: int
    repeat_seconds: int
    quiet_hours: QuietHours | None
    revision: int
    set_at: str
    project: Home | None
    deliveries: tuple[Delivery, ...] = ()


class Alert(Answer, frozen=True):
    id: str
    rule: str
    severity: str
    state: str
    labels: tuple[Label, ...]
    summary: str
    value: float
    since: str
    raised_at: str
    acknowledged_at: str | None
    acknowledger: str | None
    note: str
    resolved_at: str | None
    resolution: str | None
    last_value: float | None
    told_at: str | None
    silenced_until: str | None
    project: Home | None
    deliveries: tuple[Delivery, ...] = ()


class Silence(Answer, frozen=True):
    id: str
    rule: str | None
    severity: str | None
    labels: tuple[Label, ...]
    reason: str
    until: str
    set_at: str
    ended_at: str | None
    project: Home | None


class Sample(Answer, frozen=True):
    labels: tuple[Label, ...]
    value: float
    count: int
    holds: bool
    said: str


class Changed(Answer, frozen=True):
    position: int
    topic: str
    alert_id: str
    alert: Alert


def rules(client: Client, project_id: str | None = None) -> AsyncIterator[Rule]:
    return pages(client, "alert_rules", "alertRules", {"projectId": project_id}, Rule)


async def rule(client: Client, name: str, project_id: str | None) -> Rule:
    """By its name in the project, or in the server; with its last deliveries."""
    found = pages(client, "alert_rule_deliveries", "alertRules", {"projectId": project_id}, Rule)
    async for each in found:
        if each.name == name and (each.project.id if each.project else None) == project_id:
            return each
    raise NotFoundError(f"There is no alert rule {plain(name)!r}.", "`qd alert rule list` shows them.")


async def set_rule(client: Client, asked: dict[str, Any], project_id: str | None) -> Rule:
    """`asked`: the API's AlertRuleInput."""
    payload = await client.mutate("set_alert_rule", {"rule": asked, **_of(project_id)})
    return read(Rule, payload["rule"])


async def remove_rule(client: Client, rule_id: str) -> None:
    await client.mutate("remove_alert_rule", {"ruleId": rule_id})


async def send_test(client: Client, rule_id: str) -> None:
    await client.mutate("send_test_alert", {"ruleId": rule_id})


async def samples(client: Client, asked: dict[str, Any], project_id: str | None) -> tuple[Sample, ...]:
    found = await client.query("test_alert_rule", {"rule": asked, "projectId": project_id})
    return read(tuple[Sample, ...], found["testAlertRule"])


async def webhook_secret(client: Client, url: str, project_id: str | None) -> str:
    return read(str, (await client.query("webhook_secret", {"url": url, "projectId": project_id}))["webhookSecret"])


def alerts(client: Client, project_id: str | None = None, wanted: dict[str, Any] | None = None) -> AsyncIterator[Alert]:
    """`wanted`: `states`, `severities` and `text`; what is not given is any."""
    return pages(client, "alerts", "alerts", {"projectId": project_id, **(wanted or {})}, Alert)


async def alert(client: Client, alert_id: str) -> Alert:
    found = (await client.query("alert", {"id": alert_id}))["alert"]
    if found is None:
        raise NotFoundError("There is no such alert.", "`qd alert list --all` shows them.")
    return read(Alert, found)


async def acknowledge(client: Client, alert_id: str, note: str) -> Alert:
    payload = await client.mutate("acknowledge_alert", {"alertId": alert_id, "note": note})
    return read(Alert, payload["alert"])


def silences(client: Client, project_id: str | None = None, *, ended: bool = False) -> AsyncIterator[Silence]:
    return pages(client, "silences", "silences", {"projectId": project_id, "ended": ended}, Silence)


async def set_silence(client: Client, asked: dict[str, Any], project_id: str | None) -> Silence:
    """`asked`: the rest of the API's SetSilenceInput."""
    payload = await client.mutate("set_silence", {**asked, **_of(project_id)})
    return read(Silence, payload["silence"])


async def end_silence(client: Client, silence_id: str) -> Silence:
    return read(Silence, (await client.mutate("end_silence", {"silenceId": silence_id}))["silence"])


def _of(project_id: str | None) -> dict[str, Any]:
    return {} if project_id is None else {"projectId": project_id}
