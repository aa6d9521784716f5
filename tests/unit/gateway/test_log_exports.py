"""The log as a file over HTTP."""

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.gateway import log_exports


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def get(gateway: Running, name: str, token: str | None = None, **asked: Any) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token or gateway.token}"}
    return await gateway.http.get(f"/log/{name}", params=asked, headers=headers)


def lines(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_events_come_one_a_line_as_the_api_has_them_whatever_the_pages(
    gateway: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_exports, "PAGE", 2)
    await gateway.project()
    fields = " ".join(wire for _, wire in log_exports.WIRE)

    answer = await get(gateway, "events.jsonl")

    shown = (await gateway.ask(f"{{ events {{ edges {{ node {{ {fields} }} }} }} }}"))["data"]["events"]["edges"]
    assert lines(answer) == [edge["node"] for edge in shown]
    assert answer.headers["content-disposition"] == 'attachment; filename="events.jsonl"'


async def test_events_come_as_cloudevents_of_one_project_and_topic(gateway: Running) -> None:
    wanted = (await gateway.project("one"))["project"]["id"]
    await gateway.project("two")

    [event] = lines(await get(gateway, "events.cloudevents", project_id=wanted, topic="ProjectCreated"))

    assert (event["specversion"], event["source"]) == ("1.0", f"urn:quarterdeck:project:{uuid_of(wanted)}")
    assert event["data"]["name"] == "one"


async def test_a_stranger_gets_nothing_of_others(gateway: Running) -> None:
    project = (await gateway.project("hidden"))["project"]["id"]
    stranger = await gateway.house.another_user("bob")

    assert lines(await get(gateway, "events.jsonl", stranger)) == []
    foreign = await get(gateway, "events.jsonl", stranger, project_id=project)
    unknown = await get(
        gateway, "events.jsonl", stranger, project_id="UHJvamVjdDowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
    )
    assert (foreign.status_code, foreign.json()["errors"][0]["message"]) == (
        unknown.status_code,
        unknown.json()["errors"][0]["message"],
    )
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("name", "asked", "status"),
    [
        ("events.xml", {}, 404),
        ("events.jsonl", {"colour": "blue"}, 400),
        ("events.jsonl", {"since": "yesterday"}, 400),
        ("events.jsonl", {"stream_id": "x"}, 400),
    ],
)
async def test_what_cannot_be_is_refused(gateway: Running, name: str, asked: dict[str, str], status: int) -> None:
    answer = await get(gateway, name, **asked)
    assert (answer.status_code, len(answer.json()["errors"])) == (status, 1)
