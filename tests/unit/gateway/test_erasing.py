"""Erasing from the log, over the API."""

from collections.abc import AsyncGenerator
from hashlib import sha256

import pytest_asyncio
from tests.support.gateway import Running, running

ERASE = """mutation($input: EraseFromLogInput!) { eraseFromLog(input: $input) {
    ... on EraseFromLogPayload { position events { position topic fields payload } output { first until } }
    ... on Failure { code message } } }"""
ISSUE = """mutation($scopes: [String!]!) { issueToken(input: {name: "eraser", scopes: $scopes}) {
    ... on IssueTokenPayload { secret } ... on Failure { code message } } }"""


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


async def position_of(gateway: Running, topic: str) -> int:
    return next(each.position for each in await gateway.house.log.read(0, 1000) if each.topic == topic)


async def test_a_token_must_have_the_scope_by_name_and_then_the_field_is_gone(gateway: Running) -> None:
    project = (await gateway.project())["project"]["id"]
    session = (await gateway.session(project))["session"]["id"]
    await gateway.command(session, "login hunter2")
    position = await position_of(gateway, "CommandRequested")
    asked = {"reason": "leaked", "events": [{"position": position, "fields": ["text"]}]}

    # the token of the first user has `*`
    refused = await gateway.ask(ERASE, {"input": asked})
    assert refused["data"]["eraseFromLog"]["code"] == "FORBIDDEN"
    secret = (await gateway.ask(ISSUE, {"scopes": ["log:erase", "event:read"]}))["data"]["issueToken"]["secret"]

    dry = (await gateway.ask(ERASE, {"input": {**asked, "dryRun": True}}, token=secret))["data"]["eraseFromLog"]
    assert "hunter2" in dry["events"][0]["payload"]
    assert dry["position"] is None
    done = (await gateway.ask(ERASE, {"input": asked}, token=secret))["data"]["eraseFromLog"]
    assert [(each["fields"], each["payload"]) for each in done["events"]] == [(["text"], None)]
    page = await gateway.ask("{ events { edges { node { topic payload erased } } } }", token=secret)
    shown = [each["node"] for each in page["data"]["events"]["edges"]]
    assert not any("hunter2" in (each["payload"] or "") for each in shown)
    assert [each["topic"] for each in shown if each["erased"]] == ["CommandRequested"]
    assert shown[-1]["topic"] == "PayloadErased"


async def test_a_stranger_with_the_scope_is_told_of_no_event(gateway: Running) -> None:
    await gateway.project()
    position = await position_of(gateway, "ProjectCreated")
    stranger = await gateway.house.another_user("bob")
    issued = await gateway.ask(ISSUE, {"scopes": ["log:erase"]}, token=stranger)
    secret = issued["data"]["issueToken"]["secret"]
    asked = {"reason": "mine", "events": [{"position": position}]}
    answer = (await gateway.ask(ERASE, {"input": asked}, token=secret))["data"]["eraseFromLog"]
    assert answer["code"] == "NOT_FOUND"


async def test_a_command_tells_what_of_its_output_was_erased_and_why(gateway: Running) -> None:
    command, output = await gateway.running_command()
    await output.print(b"hunter2\n")
    await output.end()
    secret = (await gateway.ask(ISSUE, {"scopes": ["log:erase", "session:read"]}))["data"]["issueToken"]["secret"]
    asked = {"reason": "leaked", "output": [{"commandId": command, "first": 0, "until": 7}]}
    done = (await gateway.ask(ERASE, {"input": asked}, token=secret))["data"]["eraseFromLog"]
    shown = "query($id: ID!) { command(id: $id) { erasures { first until reason position outputSha256 } } }"
    [erased] = (await gateway.ask(shown, {"id": command}))["data"]["command"]["erasures"]
    assert erased == {
        "first": 0,
        "until": 7,
        "reason": "leaked",
        "position": done["position"],
        "outputSha256": sha256(b"*" * 7 + b"\n").hexdigest(),
    }
