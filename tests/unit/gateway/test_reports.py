"""Reports over HTTP: set, listed, looked at, sent and removed, by who may."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of
from tests.support.reports import figures

from quarterdeck.domain.delivery import DeliveryAttempted, DeliverySucceeded
from quarterdeck.domain.project import MemberAdded, Role

FIELDS = (
    "id name ownerName cadence zone at weekStarts nextAt removedAt project { name } "
    "recipients { channel address userName } "
)
ISSUE = "id first last missed askedFor deliveredAt arrived failed deliveries { channel address state attempts detail }"
PREVIEW = "previewReport({}) {{ subject first last since until text html figures sheets {{ name content }} calls }}"


@dataclass
class Office:
    """A project, and what is done with its reports."""

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
        found = answer["data"][mutation]
        return next(iter(found.values())) if len(found) == 1 else found

    async def set(self, token: str | None = None, **fields: Any) -> Any:
        asked = {
            "name": "weekly",
            "projectId": self.project,
            "cadence": "WEEKLY",
            "zone": "Europe/Berlin",
            "recipients": [{"channel": "MAIL", "address": "ada@example.org"}],
            **fields,
        }
        return await self.mutate("setReport", f"report {{ {FIELDS} }}", token, **asked)

    async def ask(self, text: str, token: str | None = None) -> Any:
        return await self.gateway.ask(f"query {{ {text} }}", token=token)

    async def data(self, text: str, token: str | None = None) -> Any:
        answer = await self.ask(text, token)
        assert "errors" not in answer, answer
        return answer["data"]


@pytest_asyncio.fixture
async def office() -> AsyncGenerator[Office]:
    async with running() as gateway:
        gateway.house.figures.given = figures()
        yield Office(gateway, (await gateway.project())["project"]["id"])


async def test_a_report_is_set_changed_listed_and_removed(office: Office) -> None:
    made = await office.set()
    changed = await office.set(at="7:30", weekStarts="SUNDAY")
    listed = await office.data(f'reports(projectId: "{office.project}") {{ edges {{ node {{ id at }} }} }}')
    found = await office.data(f'node(id: "{made["id"]}") {{ id ... on Report {{ name }} }}')

    assert (made["name"], made["at"], made["cadence"], made["project"]) == (
        "weekly",
        "08:00",
        "WEEKLY",
        {"name": "app"},
    )
    assert made["recipients"] == [{"channel": "MAIL", "address": "ada@example.org", "userName": "ada"}]
    assert (changed["id"], changed["at"], changed["weekStarts"]) == (made["id"], "07:30", "SUNDAY")
    assert listed["reports"]["edges"] == [{"node": {"id": made["id"], "at": "07:30"}}]
    assert found["node"] == {"id": made["id"], "name": "weekly"}
    removed = await office.mutate("removeReport", f"report {{ {FIELDS} }}", reportId=made["id"])
    assert removed["removedAt"]
    assert (await office.data("reports { edges { node { id } } }"))["reports"]["edges"] == []
    assert (await office.data(f'report(id: "{made["id"]}") {{ id }}'))["report"] is None


async def test_what_cannot_be_a_report_is_said_with_its_field(office: Office) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"zone": "Mars/Base"}, "zone"),
        ({"at": "25:00"}, "at"),
        ({"name": "No Name"}, "name"),
        ({"recipients": []}, "recipients"),
        ({"recipients": [{"channel": "MAIL", "address": "nobody"}]}, "recipients.0.address"),
        ({"recipients": [{"channel": "FOLDER", "address": "../etc"}]}, "recipients.0.address"),
        ({"recipients": [{"channel": "MAIL", "address": "a@b.org", "user": "eve"}]}, "recipients.0.user"),
    ]
    for fields, field in wrong:
        failure = await office.set(**fields)
        assert (failure["code"], failure["field"]) == ("INVALID_INPUT", field), fields


async def test_the_same_key_and_request_give_the_same_report(office: Office) -> None:
    made = await office.set(idempotencyKey="k")
    head = await office.gateway.house.log.head()
    assert await office.set(idempotencyKey="k") == made
    assert (await office.set(idempotencyKey="k", at="09:00"))["code"] == "CONFLICT"
    assert await office.gateway.house.log.head() == head


async def test_a_preview_has_every_form_and_sends_nothing(office: Office) -> None:
    made = await office.set()
    head = await office.gateway.house.log.head()

    by_report = await office.data(PREVIEW.format(f'reportId: "{made["id"]}", day: "2026-11-18"'))
    by_project = await office.data(PREVIEW.format(f'projectId: "{office.project}", cadence: DAILY, day: "2026-03-29"'))
    everything = await office.data(PREVIEW.format('zone: "Asia/Kolkata"'))

    shown = by_report["previewReport"]
    assert (shown["first"], shown["last"]) == ("2026-11-16", "2026-11-22")
    assert shown["since"] == "2026-11-15T23:00:00.000000+00:00"
    assert shown["subject"].startswith("Weekly report: app, ")
    assert shown["html"].startswith("<!DOCTYPE html>")
    assert json.loads(shown["figures"])["data"]["report"]["name"] == "weekly"
    sheets = {each["name"]: each["content"] for each in shown["sheets"]}
    assert sheets["totals.csv"].splitlines()[0] == "figure,value,before"
    assert by_project["previewReport"]["subject"].startswith("Daily report: app, Sun 29 Mar 2026")
    assert everything["previewReport"]["subject"].startswith("Weekly report: 1 project, ")
    assert await office.gateway.house.log.head() == head


async def test_one_that_is_sent_is_shown_with_its_deliveries(office: Office) -> None:
    made = await office.set()
    issue = await office.mutate("sendReport", f"issue {{ {ISSUE} }}", reportId=made["id"], day="2026-11-18")
    assert (issue["first"], issue["last"], issue["askedFor"]) == ("2026-11-16", "2026-11-22", True)
    (waiting,) = issue["deliveries"]
    assert (waiting["state"], waiting["attempts"]) == ("WAITING", 0)

    events = await office.gateway.house.log.read(0, 1000)
    asked = next(each.stream_id for each in events if each.topic == "DeliveryAsked")
    begun = DeliveryAttempted(attempt=1, until=datetime.now(UTC))
    await office.gateway.house.put(asked, begun, DeliverySucceeded(attempt=1, answer="taken"))
    text = f'report(id: "{made["id"]}") {{ issues {{ edges {{ node {{ {ISSUE} }} }} }} }}'
    (edge,) = (await office.data(text))["report"]["issues"]["edges"]
    (arrived,) = edge["node"]["deliveries"]
    assert (arrived["state"], arrived["attempts"], arrived["detail"]) == ("ARRIVED", 1, "taken")


async def test_strangers_find_nothing_and_members_see_but_do_not_change(office: Office) -> None:
    made = await office.set()
    eve = await office.gateway.house.another_user("eve")

    assert (await office.data(f'report(id: "{made["id"]}") {{ id }}', eve))["report"] is None
    assert (await office.data("reports { edges { node { id } } }", eve))["reports"]["edges"] == []
    for text in (
        f'reports(projectId: "{office.project}") {{ edges {{ node {{ id }} }} }}',
        PREVIEW.format(f'reportId: "{made["id"]}"'),
        PREVIEW.format(f'projectId: "{office.project}"'),
    ):
        (error,) = (await office.ask(text, eve))["errors"]
        assert error["extensions"]["code"] == "NOT_FOUND"
    for name, shown in (("removeReport", "report { id }"), ("sendReport", "issue { id }")):
        assert (await office.mutate(name, shown, eve, reportId=made["id"]))["code"] == "NOT_FOUND"
    assert (await office.set(eve))["code"] == "NOT_FOUND"

    events = await office.gateway.house.log.read(0, 1000)
    eves = next(each.stream_id for each in events if getattr(each.event, "name", "") == "eve")
    await office.gateway.house.put(uuid_of(office.project), MemberAdded(user_id=eves, role=Role.VIEWER))
    assert (await office.data(f'report(id: "{made["id"]}") {{ name }}', eve))["report"] == {"name": "weekly"}
    assert (await office.mutate("removeReport", "report { id }", eve, reportId=made["id"]))["code"] == "CONFLICT"
    assert (await office.set(eve, name="mine"))["name"] == "mine"
    hook = [{"channel": "WEBHOOK", "address": "https://eve.example.org"}]
    assert (await office.set(eve, name="hook", recipients=hook))["code"] == "FORBIDDEN"
