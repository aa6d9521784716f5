"""Alerts over HTTP: rules, what they raised, silences, secrets, and who may see and do what."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.support.gateway import SIGNING_KEY, Running, running, uuid_of
from tests.support.memory_reads import MemoryReads

from quarterdeck.adapters.delivery.signing import DerivedSecrets
from quarterdeck.domain.alert import AlertRaised, AlertResolved, Resolution, Sample, alert_id
from quarterdeck.domain.alert_notice import AlertNoticeMade, NoticeKind, notice_id
from quarterdeck.domain.alert_rule import Severity, rule_id
from quarterdeck.domain.delivery import Channel, DeliveryAsked, Destination, delivery_id, webhook_id
from quarterdeck.domain.project import MemberAdded, Role
from quarterdeck_schema import ids

RULE = "id name severity condition { kind measure threshold groupBy filters { dimension values } said } mail webhooks"
ALERT = "id rule state severity labels { name value shown } note acknowledger resolution project { name }"
CONDITION = {"kind": "ERROR_RATIO", "measure": "COMMAND_DURATION", "threshold": 0.2, "windowSeconds": 600}
FAILING = {"name": "failing", "condition": CONDITION, "mail": ["ops@example.org"], "webhooks": ["https://a.example/h"]}
HOOK = Destination(channel=Channel.WEBHOOK, address="https://a.example/h")
ADA = UUID(int=1)


@dataclass
class Office:
    gateway: Running
    project: str

    async def mutate(self, mutation: str, shown: str, token: str | None = None, **fields: Any) -> Any:
        kind = mutation[0].upper() + mutation[1:]
        text = (
            f"mutation($input: {kind}Input!) {{ {mutation}(input: $input) {{ "
            f"... on {kind}Payload {{ {shown} }} ... on Failure {{ code message nextStep field }} }} }}"
        )
        answer = await self.gateway.ask(text, {"input": fields}, token=token)
        assert "errors" not in answer, answer
        return answer["data"][mutation]

    async def set_rule(self, token: str | None = None, *, server: bool = False, **changes: Any) -> Any:
        home = {} if server else {"projectId": self.project}
        found = await self.mutate("setAlertRule", f"rule {{ {RULE} }}", token, rule={**FAILING, **changes}, **home)
        return found.get("rule", found)

    async def ask(self, text: str, token: str | None = None, **variables: Any) -> Any:
        return await self.gateway.ask(text, variables, token=token)

    async def query(self, text: str, token: str | None = None, **variables: Any) -> Any:
        answer = await self.ask(text, token, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def raised(self, *, server: bool = False) -> str:
        """An alert, as the conductor raises it."""
        project_id = None if server else uuid_of(self.project)
        rule, labels = rule_id(project_id, "failing"), {"user": str(ADA), "model": "x"}
        identifier = alert_id(rule, labels, 1)
        event = AlertRaised(
            rule_id=rule,
            project_id=project_id,
            rule="failing",
            revision=1,
            number=1,
            labels=labels,
            severity=Severity.CRITICAL,
            value=0.5,
            summary="failing commands 50 % > 20 % over 10 min",
            since=datetime.now(UTC),
        )
        await self.gateway.house.put(identifier, event, project_id=project_id)
        return ids.encode("Alert", identifier)

    async def member(self, role: Role) -> str:
        token = await self.gateway.house.another_user(role.value)
        user = (await self.query("{ viewer { id } }", token))["viewer"]["id"]
        await self.gateway.house.put(uuid_of(self.project), MemberAdded(user_id=uuid_of(user), role=role))
        return token


@pytest_asyncio.fixture
async def office() -> AsyncGenerator[Office]:
    async with running() as gateway:
        yield Office(gateway, (await gateway.project())["project"]["id"])


async def test_a_rule_is_set_listed_revised_and_removed(office: Office) -> None:
    made = await office.set_rule(condition={**CONDITION, "groupBy": ["user"]})
    again = await office.set_rule(severity="CRITICAL", mail=["a@example.org", "a@example.org"])

    assert made["condition"]["groupBy"] == ["user"]
    assert made["condition"]["said"] == "failing commands > 20 % over 10 min"
    assert (made["id"], again["severity"], again["mail"]) == (again["id"], "CRITICAL", ["a@example.org"])
    listed = f"query($p: ID) {{ alertRules(projectId: $p) {{ edges {{ node {{ {RULE} }} }} }} }}"
    edges = (await office.query(listed, p=office.project))["alertRules"]["edges"]
    assert [each["node"] for each in edges] == [again]
    assert (await office.query(f'{{ node(id: "{made["id"]}") {{ id }} }}'))["node"] == {"id": made["id"]}
    assert await office.mutate("removeAlertRule", "rule { id }", ruleId=made["id"]) == {"rule": {"id": made["id"]}}
    assert (await office.query(listed))["alertRules"]["edges"] == []


async def test_a_rule_that_cannot_be_is_refused_with_its_field(office: Office) -> None:
    refused = await office.set_rule(condition={**CONDITION, "threshold": 7})
    filtered = {**CONDITION, "filters": [{"dimension": "user", "values": ["nobody"]}]}

    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "threshold")
    assert (await office.set_rule(condition=filtered))["field"] == "filters"
    twice = [{"dimension": "model", "values": ["x"]}] * 2
    assert (await office.set_rule(condition={**CONDITION, "filters": twice}))["field"] == "filters"
    assert (await office.set_rule(mail=["nobody"]))["field"] == "mail"


async def test_ids_in_filters_and_labels_are_global_ones(office: Office) -> None:
    user = ids.encode("User", ADA)
    filters = [{"dimension": "user", "values": [user]}]
    made = await office.set_rule(condition={**CONDITION, "filters": filters})

    assert made["condition"]["filters"] == filters
    alert = await office.raised()
    shown = (await office.query(f'{{ alert(id: "{alert}") {{ {ALERT} }} }}'))["alert"]
    assert shown["labels"][0]["value"] == user
    assert shown["project"]["name"] == "app"


async def test_an_alert_is_listed_acknowledged_and_over(office: Office) -> None:
    await office.set_rule()
    alert = await office.raised()
    listed = f"query($s: [String!]) {{ alerts(states: $s) {{ edges {{ node {{ {ALERT} }} }} }} }}"

    seen = (await office.mutate("acknowledgeAlert", f"alert {{ {ALERT} }}", alertId=alert, note="on it"))["alert"]
    assert (seen["state"], seen["note"]) == ("acknowledged", "on it")
    assert seen["acknowledger"]
    assert len((await office.query(listed, s=["firing"]))["alerts"]["edges"]) == 0
    assert len((await office.query(listed))["alerts"]["edges"]) == 1
    await office.gateway.house.put(uuid_of(alert), AlertResolved(resolution=Resolution.RECOVERED))
    late = await office.mutate("acknowledgeAlert", "position", alertId=alert)
    assert late["code"] == "CONFLICT"
    [over] = (await office.query(listed, s=["resolved"]))["alerts"]["edges"]
    assert over["node"]["resolution"] == "recovered"
    narrowed = (
        "query($v: [AlertSeverity!], $t: String) { alerts(severities: $v, text: $t) { edges { node { rule } } } }"
    )
    wide: list[dict[str, Any]] = [{"v": ["WARNING", "CRITICAL"]}, {"t": "FAIL"}, {"v": [], "t": " "}]
    for wanted in wide:
        assert len((await office.query(narrowed, **wanted))["alerts"]["edges"]) == 1, wanted
    none: list[dict[str, Any]] = [{"v": ["INFO"]}, {"t": "nobody"}]
    for other in none:
        assert (await office.query(narrowed, **other))["alerts"]["edges"] == [], other
    wrong = await office.ask(listed, s=["burning"])
    assert wrong["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_what_was_told_of_an_alert_is_shown_with_it(office: Office) -> None:
    rule, project_id = rule_id(uuid_of(office.project), "failing"), uuid_of(office.project)
    await office.set_rule()
    alert = await office.raised()
    notice = notice_id(rule, 1)
    made = AlertNoticeMade(
        rule_id=rule, project_id=project_id, number=1, kind=NoticeKind.ALERTS, raised=(uuid_of(alert),)
    )
    await office.gateway.house.put(notice, made)
    asked = DeliveryAsked(about="alert notice", source_id=notice, destination=HOOK)
    await office.gateway.house.put(delivery_id(notice, HOOK), asked)

    text = f'{{ alert(id: "{alert}") {{ deliveries {{ channel address state attempts }} }} }}'
    [told] = (await office.query(text))["alert"]["deliveries"]

    assert told == {"channel": "WEBHOOK", "address": HOOK.address, "state": "waiting", "attempts": 0}


async def test_a_rule_is_tried_without_a_trace(office: Office) -> None:
    reads = office.gateway.house.reads
    assert isinstance(reads, MemoryReads)
    reads.alert_found = [Sample(value=0.1, count=9), Sample(value=0.5, labels={"model": "x"}, count=4)]
    head = await office.gateway.house.log.head()

    text = "query($r: AlertRuleInput!, $p: ID) { testAlertRule(rule: $r, projectId: $p) { holds value said } }"
    found = (await office.query(text, r=FAILING, p=office.project))["testAlertRule"]

    assert [(each["holds"], each["value"]) for each in found] == [(True, 0.5), (False, 0.1)]
    assert found[0]["said"] == "failing commands 50 % > 20 % over 10 min"
    assert await office.gateway.house.log.head() == head
    wrong = {**FAILING, "condition": {**CONDITION, "windowSeconds": 1}}
    assert (await office.ask(text, r=wrong))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_a_test_is_sent_to_every_place_that_a_rule_tells(office: Office) -> None:
    made = await office.set_rule()
    await office.mutate("sendTestAlert", "ruleId position", ruleId=made["id"])

    text = f'{{ node(id: "{made["id"]}") {{ ... on AlertRule {{ deliveries {{ channel state }} }} }} }}'
    told = (await office.query(text))["node"]["deliveries"]
    assert {each["channel"] for each in told} == {"MAIL", "WEBHOOK"}
    quiet = await office.set_rule(name="quiet", mail=[], webhooks=[])
    assert (await office.mutate("sendTestAlert", "position", ruleId=quiet["id"]))["code"] == "INVALID_INPUT"


async def test_an_alert_says_until_when_it_is_silenced(office: Office) -> None:
    await office.set_rule()
    raised = await office.raised()
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    asked = "{ alerts { edges { node { id silencedUntil } } } }"

    async def shown() -> str | None:
        [edge] = (await office.query(asked))["alerts"]["edges"]
        assert edge["node"]["id"] == raised
        found: str | None = edge["node"]["silencedUntil"]
        return found

    made = await office.mutate(
        "setSilence", "silence { id }", projectId=office.project, until=until, reason="x", rule="another"
    )
    assert (await shown(), "silence" in made) == (None, True)
    made = await office.mutate(
        *("setSilence", "silence { id until }"), projectId=office.project, until=until, reason="x", rule="failing"
    )
    assert await shown() == made["silence"]["until"]
    await office.mutate("endSilence", "silence { id }", silenceId=made["silence"]["id"])
    assert await shown() is None


async def test_a_silence_is_set_listed_and_ended(office: Office) -> None:
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    shown = "silence { id rule severity labels { name value } reason endedAt }"
    label = {"name": "user", "value": ids.encode("User", ADA)}
    made = await office.mutate(
        *("setSilence", shown),
        projectId=office.project,
        until=until,
        reason="a move",
        severity="INFO",
        labels=[label],
    )
    listed = "query($e: Boolean!) { silences(ended: $e) { edges { node { id } } } }"

    assert made["silence"]["labels"] == [label]
    assert (made["silence"]["rule"], made["silence"]["severity"]) == (None, "info")
    assert len((await office.query(listed, e=False))["silences"]["edges"]) == 1
    ended = await office.mutate("endSilence", shown, silenceId=made["silence"]["id"])
    assert ended["silence"]["endedAt"]
    assert (await office.query(listed, e=False))["silences"]["edges"] == []
    assert len((await office.query(listed, e=True))["silences"]["edges"]) == 1
    past = await office.mutate("setSilence", shown, projectId=office.project, until="2020-01-01T00:00:00Z", reason="x")
    assert past["field"] == "until"


async def test_a_webhooks_secret_is_shown_to_owners_alone(office: Office) -> None:
    text = "query($u: String!, $p: ID) { webhookSecret(url: $u, projectId: $p) }"
    secret = (await office.query(text, u=HOOK.address, p=office.project))["webhookSecret"]

    assert secret == DerivedSecrets(SIGNING_KEY).secret(webhook_id(uuid_of(office.project), HOOK.address))
    developer = await office.member(Role.DEVELOPER)
    refused = await office.ask(text, developer, u=HOOK.address, p=office.project)
    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await office.ask(text, u="ftp://x", p=office.project))["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_alerts_are_seen_by_members_and_the_servers_by_admins(office: Office) -> None:
    rule = await office.set_rule()
    alert, servers = await office.raised(), await office.raised(server=True)
    stranger, viewer = await office.gateway.house.another_user("bob"), await office.member(Role.VIEWER)
    listed = "{ alerts { edges { node { id } } } alertRules { edges { node { id } } } }"

    for token, seen, rules in (
        (stranger, [], []),
        (viewer, [alert], [rule["id"]]),
        (None, [servers, alert], [rule["id"]]),
    ):
        found = await office.query(listed, token)
        assert [each["node"]["id"] for each in found["alerts"]["edges"]] == seen
        assert [each["node"]["id"] for each in found["alertRules"]["edges"]] == rules
    for each in (alert, rule["id"]):
        assert (await office.query(f'{{ node(id: "{each}") {{ id }} }}', stranger))["node"] is None
    assert (await office.query(f'{{ alert(id: "{servers}") {{ id }} }}', viewer))["alert"] is None
    asked = f'{{ alerts(projectId: "{office.project}") {{ edges {{ node {{ id }} }} }} }}'
    assert (await office.ask(asked, stranger))["errors"][0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("role", "code"), [(None, "NOT_FOUND"), (Role.VIEWER, "FORBIDDEN"), (Role.DEVELOPER, "FORBIDDEN")]
)
async def test_rules_are_the_owners(office: Office, role: Role | None, code: str) -> None:
    rule = await office.set_rule()
    token = await office.member(role) if role else await office.gateway.house.another_user("bob")

    assert (await office.set_rule(token))["code"] == code
    assert (await office.set_rule(token, server=True))["code"] == "FORBIDDEN"
    assert (await office.mutate("removeAlertRule", "position", token, ruleId=rule["id"]))["code"] == code
    assert (await office.mutate("sendTestAlert", "position", token, ruleId=rule["id"]))["code"] == code


async def test_developers_acknowledge_and_silence_and_viewers_do_not(office: Office) -> None:
    await office.set_rule()
    alert = await office.raised()
    developer, viewer = await office.member(Role.DEVELOPER), await office.member(Role.VIEWER)
    silence = {
        "projectId": office.project,
        "until": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        "reason": "x",
    }

    assert (await office.mutate("acknowledgeAlert", "position", viewer, alertId=alert))["code"] == "FORBIDDEN"
    assert (await office.mutate("setSilence", "position", viewer, **silence))["code"] == "FORBIDDEN"
    assert "position" in await office.mutate("acknowledgeAlert", "position", developer, alertId=alert)
    assert "position" in await office.mutate("setSilence", "position", developer, **silence)


async def test_alerts_are_followed_by_members(office: Office) -> None:
    await office.set_rule()
    async with office.gateway.socket() as socket:
        await socket.subscribe("subscription { alerts { topic alert { id state } } }")
        alert = await office.raised()
        message = await socket.receive()

    assert message["payload"]["data"]["alerts"] == {"topic": "AlertRaised", "alert": {"id": alert, "state": "firing"}}
