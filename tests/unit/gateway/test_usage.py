"""Usage over the API: recorded once, summed up, priced, and nobody's but the project's members'."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import Running, running, uuid_of
from tests.unit.gateway.test_tasks import create

from quarterdeck.domain.project import MemberAdded, Role
from quarterdeck_schema.usage import queries

UNKNOWN_PROJECT = "UHJvamVjdDowMWEyMDdhYy1jOWIwLTcyYWEtYWUzOS1jMzUyNzRlMTU2MDY="
RECORD = """
    mutation($input: RecordModelUsageInput!) {
      recordModelUsage(input: $input) {
        __typename
        ... on Failure { code message nextStep field }
        ... on RecordModelUsagePayload { calls position }
      }
    }
"""
REVISE = """
    mutation($input: RevisePriceTableInput!) {
      revisePriceTable(input: $input) {
        ... on Failure { code message field }
        ... on RevisePriceTablePayload { priceTable { revision prices { model input cacheRead } } position }
      }
    }
"""
USAGE = """
    query($project: ID!, $from: DateTime!, $to: DateTime!, $measures: [UsageMeasure!]!, $bucket: UsageBucket!,
          $groupBy: [UsageDimension!], $filters: UsageFilters) {
      usage(projectId: $project, from: $from, to: $to, measures: $measures, bucket: $bucket, groupBy: $groupBy,
            filters: $filters) {
        from to
        points { at measure group { dimension value label } total usd count unknown lowest highest }
        totals { measure group { value } total usd count unknown }
      }
    }
"""


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


@pytest_asyncio.fixture
async def project(gateway: Running) -> str:
    found: str = (await gateway.project())["project"]["id"]
    return found


def call(**changed: Any) -> dict[str, Any]:
    return {
        "provider": "anthropic",
        "responseId": "msg_1",
        "model": "claude-sonnet-4-5",
        "inputTokens": 1000,
        "cacheReadInputTokens": 300,
        "outputTokens": 50,
        **changed,
    }


async def record(gateway: Running, project: str, *calls: dict[str, Any], token: str | None = None) -> Any:
    answer = await gateway.ask(RECORD, {"input": {"projectId": project, "calls": list(calls)}}, token=token)
    return answer["data"]["recordModelUsage"]


async def revise(gateway: Running, project: str, *prices: dict[str, Any], token: str | None = None) -> Any:
    answer = await gateway.ask(REVISE, {"input": {"projectId": project, "prices": list(prices)}}, token=token)
    return answer["data"]["revisePriceTable"]


async def usage(gateway: Running, project: str, *measures: str, token: str | None = None, **asked: Any) -> Any:
    now = datetime.now(UTC)
    variables = {
        "project": project,
        "from": (now - timedelta(days=2)).isoformat(),
        "to": (now + timedelta(hours=1)).isoformat(),
        "measures": list(measures),
        "bucket": "DAY",
        **asked,
    }
    answer = await gateway.ask(USAGE, variables, token=token)
    if "errors" in answer:
        [error] = answer["errors"]
        return {"message": error["message"], **error["extensions"]}
    return answer["data"]["usage"]


async def test_a_call_told_twice_is_recorded_once_and_answered_alike(gateway: Running, project: str) -> None:
    first = await record(gateway, project, call())
    await record(gateway, project, call(responseId="msg_2"))

    assert first["calls"] == 1
    assert await record(gateway, project, call()) == first
    assert (await usage(gateway, project, "MODEL_CALLS"))["totals"][0]["total"] == 2


async def test_a_call_told_with_other_content_is_a_conflict_and_nothing_of_the_batch_is_recorded(
    gateway: Running, project: str
) -> None:
    await record(gateway, project, call())

    refused = await record(gateway, project, call(responseId="msg_2"), call(outputTokens=51))

    assert (refused["code"], "msg_1" in refused["message"]) == ("CONFLICT", True)
    twice = await record(gateway, project, call(responseId="msg_3"), call(responseId="msg_3", model="other"))
    assert twice["code"] == "CONFLICT"
    assert (await usage(gateway, project, "MODEL_CALLS"))["totals"][0]["total"] == 1


async def test_many_calls_are_recorded_at_once_beside_some_that_were_before(gateway: Running, project: str) -> None:
    await record(gateway, project, call())

    answer = await record(gateway, project, *[call(responseId=f"msg_{number}") for number in range(200)])

    assert answer["calls"] == 200
    assert (await usage(gateway, project, "MODEL_CALLS"))["totals"][0]["total"] == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"provider": ""}, "calls.0.provider"),
        ({"responseId": "a\nb"}, "calls.0.responseId"),
        ({"model": "m" * 201}, "calls.0.model"),
        ({"inputTokens": -1}, "calls.0.inputTokens"),
        ({"inputTokens": 299}, "calls.0.inputTokens"),
        ({"reasoningOutputTokens": 51}, "calls.0.outputTokens"),
        ({"occurredAt": "2001-01-01T00:00:00Z"}, "calls.0.occurredAt"),
        ({"occurredAt": "2101-01-01T00:00:00Z"}, "calls.0.occurredAt"),
        ({"attributes": [{"name": "my.own", "value": "1"}]}, "calls.0.attributes"),
        ({"attributes": [{"name": "gen_ai.agent.name", "value": "a\0"}]}, "calls.0.attributes"),
        ({"attributes": [{"name": f"gen_ai.a{n}", "value": ""} for n in range(33)]}, "calls.0.attributes"),
        ({"inputTokens": 10**10 + 1}, "calls.0.inputTokens"),
        ({"attributes": [{"name": "gen_ai.agent.name", "value": "a"}] * 2}, "calls.0.attributes"),
        ({"taskId": UNKNOWN_PROJECT}, "calls.0.taskId"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_place(
    gateway: Running, project: str, changed: dict[str, Any], field: str
) -> None:
    refused = await record(gateway, project, call(**changed))
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", field)


async def test_nothing_and_too_much_at_once_are_refused(gateway: Running, project: str) -> None:
    assert (await record(gateway, project))["field"] == "calls"
    many = [call(responseId=str(number)) for number in range(1001)]
    assert (await record(gateway, project, *many))["field"] == "calls"


async def test_usage_is_told_by_dimension_and_unknown_costs_are_counted(gateway: Running, project: str) -> None:
    task = (await create(gateway, project))["id"]
    await record(
        gateway,
        project,
        call(persona="fixer", taskId=task, attributes=[{"name": "gen_ai.agent.name", "value": "x"}]),
        call(responseId="msg_2", model="nobody-knows"),
    )

    series = await usage(gateway, project, "COST", "TOKENS_INPUT", groupBy=["MODEL"])

    costs = {p["group"][0]["value"]: p for p in series["totals"] if p["measure"] == "COST"}
    # 700 at $3, 300 at $0.30, 50 at $15, for a million each
    assert costs["claude-sonnet-4-5"] | {"group": 0} == {
        "measure": "COST",
        "group": 0,
        "total": 2_940_000,
        "usd": "0.00294",
        "count": 1,
        "unknown": 0,
    }
    assert (costs["nobody-knows"]["usd"], costs["nobody-knows"]["unknown"]) == (None, 1)
    mine = await usage(gateway, project, "TOKENS_INPUT", filters={"tasks": [task], "personas": ["fixer"]})
    assert [point["total"] for point in mine["points"]] == [700]
    by_task = await usage(gateway, project, "MODEL_CALLS", groupBy=["TASK"])
    assert {(g["value"], g["label"]) for p in by_task["points"] for g in p["group"]} == {("", None), (task, "T-1")}


async def test_users_and_sessions_are_told_by_name(gateway: Running, project: str) -> None:
    opened = (
        "mutation($input: OpenSessionInput!) { openSession(input: $input) { "
        "... on OpenSessionPayload { session { id } } } }"
    )
    answer = await gateway.ask(opened, {"input": {"projectId": project, "title": "Fix it"}})
    session = answer["data"]["openSession"]["session"]["id"]
    await record(gateway, project, call(sessionId=session))

    for dimension, label in (("USER", "ada"), ("SESSION", "Fix it")):
        told = await usage(gateway, project, "MODEL_CALLS", groupBy=[dimension])
        assert [group["label"] for point in told["points"] for group in point["group"]] == [label]


async def test_prices_that_were_revised_meanwhile_are_not_replaced(gateway: Running, project: str) -> None:
    price = {"provider": "anthropic", "model": "claude", "input": "1", "output": "1"}
    asked = {"projectId": project, "prices": [price], "expectedRevision": 0}
    assert (await gateway.ask(REVISE, {"input": asked}))["data"]["revisePriceTable"]["priceTable"]["revision"] == 1

    again = {**asked, "prices": [{**price, "input": "2"}]}
    assert (await gateway.ask(REVISE, {"input": again}))["data"]["revisePriceTable"]["code"] == "CONFLICT"
    assert (
        "position"
        in (await gateway.ask(REVISE, {"input": {**again, "expectedRevision": 1}}))["data"]["revisePriceTable"]
    )


async def test_a_project_may_have_prices_of_its_own(gateway: Running, project: str) -> None:
    await record(gateway, project, call())

    revised = await revise(
        gateway,
        project,
        {"provider": "anthropic", "model": "claude-*", "input": "1.25", "output": "0", "cacheRead": 0.5},
    )

    assert revised["priceTable"] == {
        "revision": 1,
        "prices": [{"model": "claude-*", "input": "1.25", "cacheRead": "0.5"}],
    }
    # 700 at $1.25 and 300 at $0.50
    assert (await usage(gateway, project, "COST"))["totals"][0]["total"] == 1_025_000
    shown = await gateway.ask("query($id: ID!) { priceTable(projectId: $id) { revision } }", {"id": project})
    assert shown["data"]["priceTable"] == {"revision": 1}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"input": "0.0000001"}, "prices.0.input"),
        ({"input": "NaN"}, "prices.0.input"),
        ({"output": "-1"}, "prices.0.output"),
        ({"output": "100001"}, "prices.0.output"),
        ({"output": "1e999"}, "prices.0.output"),
        ({"model": "a*b"}, "prices.0.model"),
        ({"provider": ""}, "prices.0.provider"),
    ],
)
async def test_a_price_that_is_none_is_refused(
    gateway: Running, project: str, changed: dict[str, str], field: str
) -> None:
    price = {"provider": "anthropic", "model": "claude", "input": "1", "output": "1"}
    assert (await revise(gateway, project, {**price, **changed}))["field"] == field
    assert (await revise(gateway, project, price, price))["field"] == "prices.1"


async def test_calls_are_listed_with_what_they_cost(gateway: Running, project: str) -> None:
    await record(gateway, project, call(), call(responseId="msg_2", model="nobody-knows", operation="chat"))
    text = """
        query($id: ID!) {
          modelCalls(projectId: $id, from: "2026-01-01T00:00:00Z", to: "2199-01-01T00:00:00Z", first: 1) {
            edges { node { model operation inputTokens cacheReadInputTokens usd price session { id } } }
            pageInfo { hasNextPage }
          }
        }
    """

    listed = (await gateway.ask(text, {"id": project}))["data"]["modelCalls"]

    assert listed["pageInfo"]["hasNextPage"] is True
    assert listed["edges"][0]["node"] == {
        "model": "nobody-knows",
        "operation": "chat",
        "inputTokens": 700,
        "cacheReadInputTokens": 300,
        "usd": None,
        "price": "",
        "session": None,
    }


async def test_calls_are_listed_by_what_they_are_of(gateway: Running, project: str) -> None:
    session = (await gateway.session(project))["session"]["id"]
    await record(
        gateway, project, call(), call(responseId="2", sessionId=session), call(responseId="3", persona="fixer")
    )
    text = """
        query($id: ID!, $filters: UsageFilters) {
          modelCalls(projectId: $id, from: "2026-01-01T00:00:00Z", to: "2199-01-01T00:00:00Z", filters: $filters) {
            edges { node { persona session { id } } }
          }
        }
    """

    async def listed(**filters: list[str]) -> list[Any]:
        answer = await gateway.ask(text, {"id": project, "filters": filters})
        return [edge["node"] for edge in answer["data"]["modelCalls"]["edges"]]

    assert await listed(sessions=[session]) == [{"persona": "", "session": {"id": session}}]
    assert await listed(personas=["fixer", "nobody"]) == [{"persona": "fixer", "session": None}]
    assert await listed(personas=["fixer"], sessions=[session]) == []
    assert len(await listed()) == 3
    refused = await gateway.ask(text, {"id": project, "filters": {"sessions": ["nobody"]}})
    assert refused["errors"][0]["extensions"]["field"] == "filters.sessions"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
        ({"from": "2020-01-01T00:00:00Z"}, "from"),
        ({"from": "2026-01-01T00:00:00Z", "groupBy": ["SESSION"]}, "from"),
        ({"from": "1000-01-01T00:00:00Z"}, "from"),
        ({"measures": []}, "measures"),
        ({"groupBy": ["MODEL", "MODEL"]}, "groupBy"),
        ({"groupBy": ["MODEL", "PROVIDER", "PERSONA", "DETAIL"]}, "groupBy"),
        ({"from": "2026-11-01T00:00:00Z", "filters": {"models": ["m"] * 101}}, "filters.models"),
        ({"from": "2026-11-01T00:00:00Z", "filters": {"users": ["nobody"]}}, "filters.users"),
    ],
)
async def test_what_is_too_much_to_ask_is_said(
    gateway: Running, project: str, asked: dict[str, Any], field: str
) -> None:
    more: dict[str, Any] = {"to": "2026-11-20T00:00:00Z", "measures": ["COST"], **asked}
    refused = await usage(gateway, project, **more)
    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", field)


async def test_a_project_of_others_is_none(gateway: Running, project: str) -> None:
    stranger = await gateway.house.another_user("bob")
    await record(gateway, project, call())

    for target in (project, UNKNOWN_PROJECT):
        answers = [
            await record(gateway, target, call(), token=stranger),
            await revise(gateway, target, token=stranger),
            await usage(gateway, target, "COST", token=stranger),
        ]
        assert {(answer["code"], answer["message"]) for answer in answers} == {
            ("NOT_FOUND", "There is no such project.")
        }
        for text in (
            'query($id: ID!) { modelCalls(projectId: $id, from: "2026-01-01", to: "2027-01-01") { edges { cursor } } }',
            "query($id: ID!) { priceTable(projectId: $id) { revision } }",
        ):
            refused = await gateway.ask(text, {"id": target}, token=stranger)
            assert refused["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_a_session_of_another_project_is_none(gateway: Running, project: str) -> None:
    other = (await gateway.project("/repos/other"))["project"]["id"]
    session = (await gateway.session(other))["session"]["id"]

    refused = await record(gateway, project, call(sessionId=session))

    assert (refused["code"], refused["message"]) == ("NOT_FOUND", "There is no such session.")
    assert (await record(gateway, other, call(sessionId=session)))["calls"] == 1


async def test_a_token_without_the_scope_is_refused(gateway: Running, project: str) -> None:
    issued = await gateway.ask(
        'mutation { issueToken(input: {name: "r", scopes: ["usage:read"]}) { ... on IssueTokenPayload { secret } } }'
    )
    reader = issued["data"]["issueToken"]["secret"]

    assert (await record(gateway, project, call(), token=reader))["code"] == "FORBIDDEN"
    assert (await usage(gateway, project, "COST", token=reader))["points"] == []


async def test_a_key_keeps_the_answer_to_a_request(gateway: Running, project: str) -> None:
    async def told(**changed: Any) -> Any:
        asked = {"projectId": project, "calls": [call(**changed)], "idempotencyKey": "k"}
        return (await gateway.ask(RECORD, {"input": asked}))["data"]["recordModelUsage"]

    first = await told()
    assert await told() == first
    assert (await told(responseId="other"))["code"] == "CONFLICT"
    price = {"provider": "anthropic", "model": "claude", "input": "1", "output": "1"}
    revision = {"projectId": project, "prices": [price], "idempotencyKey": "r"}
    answers = [(await gateway.ask(REVISE, {"input": revision}))["data"]["revisePriceTable"] for _ in range(2)]
    assert answers[0]["priceTable"] == answers[1]["priceTable"]
    assert answers[0]["priceTable"]["revision"] == 1


@pytest.mark.parametrize(
    ("role", "recorded", "revised"),
    [(Role.VIEWER, "FORBIDDEN", "FORBIDDEN"), (Role.DEVELOPER, None, "FORBIDDEN"), (Role.OWNER, None, None)],
)
async def test_viewers_look_developers_record_and_owners_set_prices(
    gateway: Running, project: str, role: Role, recorded: str | None, revised: str | None
) -> None:
    token = await gateway.house.another_user("bob")
    viewer = (await gateway.ask("{ viewer { id } }", token=token))["data"]["viewer"]["id"]
    added = MemberAdded(user_id=uuid_of(viewer), role=role)
    await gateway.house.put(uuid_of(project), added, project_id=uuid_of(project))

    assert (await usage(gateway, project, "COST", token=token))["points"] == []
    assert (await record(gateway, project, call(), token=token)).get("code") == recorded
    assert (await revise(gateway, project, token=token)).get("code") == revised


async def test_an_answer_has_a_bound(gateway: Running, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "MOST_POINTS", 1)
    await record(gateway, project, call())

    assert len((await usage(gateway, project, "COST"))["points"]) == 1
    refused = await usage(gateway, project, "COST", "MODEL_CALLS")
    assert (refused["code"], refused["message"]) == ("LIMIT_EXCEEDED", "There are more than 1 points to tell.")
