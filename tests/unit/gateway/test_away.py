"""What happened while one was away, over HTTP: told, marked as read, and to whom."""

from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of

from quarterdeck.domain.project import MemberAdded, Role
from quarterdeck.domain.reading import ProjectRead, reading_id

AWAY = """query($project: ID!, $since: Long, $time: DateTime, $first: Int) {
    whileAway(projectId: $project, since: $since, sinceTime: $time, first: $first) {
        since readAt readUpTo upTo
        groups { kind count more actors { name count } newest { position subjectId subject } }
    }
}"""
MARK = """mutation($input: MarkReadInput!) { markRead(input: $input) {
    ... on MarkReadPayload { mark { position readAt } } ... on Failure { code message field } } }"""


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as gateway:
        yield gateway


async def told(gateway: Running, project: str, token: str | None = None, **more: Any) -> Any:
    answer = await gateway.ask(AWAY, {"project": project, **more}, token=token)
    return answer["data"]["whileAway"] if answer.get("data") else answer["errors"][0]["extensions"]["code"]


async def mark(gateway: Running, project: str, position: int, token: str | None = None, **more: Any) -> Any:
    asked = {"projectId": project, "position": position, **more}
    return (await gateway.ask(MARK, {"input": asked}, token=token))["data"]["markRead"]


async def test_what_happened_is_told_once_and_again_when_asked(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    first = await told(gateway, project)
    assert (first["readAt"], first["readUpTo"], first["groups"]) == (None, 0, [])
    task = "mutation($i: CreateTaskInput!) { createTask(input: $i) { ... on CreateTaskPayload { position } } }"
    for title in ("one", "two", "three"):
        await gateway.ask(task, {"i": {"projectId": project, "title": title}})

    away = await told(gateway, project, first=2)
    [group] = away["groups"]
    assert (group["kind"], group["count"], group["more"], len(group["newest"])) == ("TASK_CREATED", 3, False, 2)
    assert [each["count"] for each in group["actors"]] == [3]
    assert group["newest"][0]["position"] == away["upTo"] > group["newest"][1]["position"]

    read = (await mark(gateway, project, away["upTo"], idempotencyKey="k"))["mark"]
    assert read["position"] == away["upTo"]
    after = await told(gateway, project)
    assert (after["groups"], after["since"], after["readAt"]) == ([], away["upTo"], read["readAt"])
    assert (await told(gateway, project, since=0, first=2))["groups"] == [group]
    assert (await told(gateway, project, time="2020-01-01T00:00:00Z"))["groups"][0]["count"] == 3
    assert await told(gateway, project, since=0, time="2020-01-01T00:00:00Z") == "INVALID_INPUT"


async def test_a_mark_goes_on_and_back_only_when_asked_and_is_written_when_it_moves(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    head = await gateway.house.log.head()
    assert (await mark(gateway, project, head))["mark"]["position"] == head
    written = await gateway.house.log.head()
    for position in (head, head - 1, 0):
        assert (await mark(gateway, project, position, idempotencyKey=f"k{position}"))["mark"]["position"] == head
    assert await gateway.house.log.head() == written
    assert (await mark(gateway, project, 1, back=True, idempotencyKey="back"))["mark"]["position"] == 1
    assert (await mark(gateway, project, head))["mark"]["position"] == head
    # the same request once more is answered and not done again
    assert (await mark(gateway, project, 1, back=True, idempotencyKey="back"))["mark"]["position"] == head
    assert (await mark(gateway, project, 2, back=True, idempotencyKey="back"))["code"] == "CONFLICT"
    refused = await mark(gateway, project, 10_000)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", "position")


async def test_each_reads_for_themselves_what_they_may_see(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    stranger = await gateway.house.another_user("stranger")
    assert await told(gateway, project, stranger) == "NOT_FOUND"
    assert (await mark(gateway, project, 1, stranger))["code"] == "NOT_FOUND"

    member = await gateway.house.another_user("member")
    user = uuid_of((await gateway.ask("{ viewer { id } }", token=member))["data"]["viewer"]["id"])
    await gateway.house.put(uuid_of(project), MemberAdded(user_id=user, role=Role.VIEWER))
    assert (await mark(gateway, project, 1, member))["mark"]["position"] == 1
    assert (await told(gateway, project))["readUpTo"] == 0
    stream = reading_id(user, uuid_of(project))
    [logged] = await gateway.house.log.load(stream)
    assert isinstance(logged.event, ProjectRead)
    assert logged.envelope.project_id is None
    assert UUID(logged.envelope.actor.id) == user
