"""Alerts over a World: what is asked for is done without further questions."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

from tests.support.fake_gateway.world import NOW, Json, World, global_id, page

DELIVERED: Json = {
    "id": "d1",
    "channel": "WEBHOOK",
    "address": "https://a.example/h",
    "state": "given_up",
    "attempts": 12,
    "askedAt": NOW,
    "againAt": None,
    "endedAt": NOW,
    "detail": "The webhook answers with HTTP 500.\x1b[2J",
}
SAMPLE: Json = {"value": 0.5, "count": 4, "holds": True, "said": "failing commands 50 % > 20 %", "labels": []}


def add_alert(world: World, project: Json | None, **more: Any) -> Json:
    alert: Json = {
        "id": global_id("Alert", uuid4()),
        "rule": "failing",
        "severity": "CRITICAL",
        "state": "firing",
        "labels": [{"name": "user", "value": "VXNlcjox", "shown": "ann\x1b[2J"}],
        "summary": "failing commands 50 % > 20 % over 10 min",
        "value": 0.5,
        "since": NOW,
        "raisedAt": NOW,
        "acknowledgedAt": None,
        "acknowledger": None,
        "note": "",
        "resolvedAt": None,
        "resolution": None,
        "lastValue": None,
        "toldAt": None,
        "silencedUntil": None,
        "project": project,
        "deliveries": [DELIVERED],
        **more,
    }
    world.alerts.append(alert)
    return alert


def queries(world: World) -> dict[str, Callable[..., Any]]:
    def listed(nodes: Callable[..., list[Json]]) -> Callable[..., Json]:
        def resolve(_info: Any, first: int = 50, after: str | None = None, **wanted: Any) -> Json:
            return page(nodes(**wanted), first, after)

        return resolve

    def alerts(
        states: list[str] | None = None, severities: list[str] | None = None, text: str | None = None, **_: Any
    ) -> list[Json]:
        return [
            each
            for each in world.alerts
            if (not states or each["state"] in states)
            and (not severities or each["severity"] in severities)
            and (text or "") in each["rule"]
        ]

    def alert(_info: Any, id: str) -> Json | None:  # noqa: A002 - the schema's name
        return next((each for each in world.alerts if each["id"] == id), None)

    def rules(**_: Any) -> list[Json]:
        return world.alert_rules

    def silences(**_: Any) -> list[Json]:
        return world.silences

    def secret(_info: Any, **_: Any) -> str:
        return "whsec_AAAA"

    def tried(_info: Any, **asked: Any) -> list[Json]:
        world.calls.append(("testAlertRule", asked))
        return [SAMPLE]

    return {
        "alertRules": listed(rules),
        "alerts": listed(alerts),
        "alert": alert,
        "silences": listed(silences),
        "testAlertRule": tried,
        "webhookSecret": secret,
    }


def mutations() -> dict[str, Callable[[World, Json], Awaitable[Json]]]:
    return {
        "setAlertRule": _set_rule,
        "removeAlertRule": _remove_rule,
        "sendTestAlert": _send_test,
        "acknowledgeAlert": _acknowledge,
        "setSilence": _set_silence,
        "endSilence": _end_silence,
    }


async def _set_rule(world: World, asked: Json) -> Json:
    home = next((each for each in world.projects if each["id"] == asked.get("projectId")), None)
    told = asked["rule"]
    rule: Json = {
        "__typename": "AlertRule",
        "id": global_id("AlertRule", uuid4()),
        **told,
        "condition": {**told["condition"], "said": "failing commands > 20 % over 10 min"},
        "revision": 1,
        "setAt": NOW,
        "project": home,
        "deliveries": [DELIVERED],
    }
    world.alert_rules.append(rule)
    return {"rule": rule}


async def _remove_rule(world: World, asked: Json) -> Json:
    [rule] = [each for each in world.alert_rules if each["id"] == asked["ruleId"]]
    world.alert_rules.remove(rule)
    return {"rule": rule}


async def _send_test(_world: World, asked: Json) -> Json:
    return {"ruleId": asked["ruleId"]}


async def _acknowledge(world: World, asked: Json) -> Json:
    [alert] = [each for each in world.alerts if each["id"] == asked["alertId"]]
    alert |= {"state": "acknowledged", "note": asked["note"], "acknowledgedAt": NOW, "acknowledger": "ann"}
    return {"alert": alert}


async def _set_silence(world: World, asked: Json) -> Json:
    home = next((each for each in world.projects if each["id"] == asked.get("projectId")), None)
    labels: list[Json] = asked.get("labels") or []
    silence: Json = {
        "id": global_id("Silence", uuid4()),
        "rule": asked.get("rule"),
        "severity": asked["severity"].lower() if asked.get("severity") else None,
        "labels": [{**each, "shown": None} for each in labels],
        "reason": asked["reason"],
        "until": asked["until"],
        "setAt": NOW,
        "endedAt": None,
        "project": home,
    }
    world.silences.append(silence)
    return {"silence": silence}


async def _end_silence(world: World, asked: Json) -> Json:
    [silence] = [each for each in world.silences if each["id"] == asked["silenceId"]]
    silence["endedAt"] = NOW
    return {"silence": silence}
