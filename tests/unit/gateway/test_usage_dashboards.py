"""Percentiles, top lists and funnels over the API, and what is too much to ask."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from tests.support.gateway import Running, running
from tests.support.memory_reads import MemoryReads
from tests.unit.gateway.test_usage import UNKNOWN_PROJECT, call, record

from quarterdeck_projections.queries.usage_kept import Kept
from quarterdeck_schema.usage import filters, queries

TOP = """
    query($project: ID!, $from: DateTime!, $to: DateTime!, $measure: UsageMeasure! = TOKENS_OUTPUT,
          $by: [UsageDimension!]! = [MODEL], $ranking: UsageRanking! = TOTAL, $first: Int! = 2) {
      asked: usageTop(projectId: $project, from: $from, to: $to, measure: $measure, by: $by, ranking: $ranking,
                      first: $first) {
        from to
        entries { rank share point { group { dimension value } total usd count } }
        other { groups share point { group { value } total count } }
        all { total usd count unknown }
      }
    }
"""
PERCENTILES = """
    query($project: ID!, $from: DateTime!, $to: DateTime!, $measures: [UsageMeasure!]! = [TOKENS_OUTPUT],
          $percentiles: [Float!], $bucket: UsageBucket, $groupBy: [UsageDimension!]) {
      asked: usagePercentiles(projectId: $project, from: $from, to: $to, measures: $measures, bucket: $bucket,
                              percentiles: $percentiles, groupBy: $groupBy) {
        from to
        points { at measure group { value } values { percentile value usd } count unknown lowest highest }
      }
    }
"""
FUNNEL = """
    query($project: ID!, $from: DateTime!, $to: DateTime!, $steps: [TaskStep!], $bucket: UsageBucket) {
      asked: taskFunnel(projectId: $project, from: $from, to: $to, steps: $steps, bucket: $bucket) {
        cohorts { at dropped steps { step tasks skipped ofFirst ofPrevious timed medianMs ninthMs } }
      }
    }
"""
TIME = {"from": "2026-01-01T00:00:00Z", "to": "2028-01-01T00:00:00Z"}


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


@pytest_asyncio.fixture
async def project(gateway: Running) -> str:
    found: str = (await gateway.project())["project"]["id"]
    return found


async def ask(gateway: Running, document: str, project: str, token: str | None = None, **asked: Any) -> Any:
    answer = await gateway.ask(document, {"project": project, **TIME, **asked}, token=token)
    return (
        answer["data"]["asked"]
        if answer.get("data")
        else answer["errors"][0]["extensions"] | {"message": answer["errors"][0]["message"]}
    )


async def some_calls(gateway: Running, project: str) -> None:
    calls = [("dear", 60), ("same b", 15), ("same a", 15), ("cheap", 10)]
    told = [call(responseId=model, model=model, outputTokens=tokens) for model, tokens in calls]
    await record(gateway, project, *told)


async def test_a_top_list_has_its_rows_in_order_and_the_rest_as_one(gateway: Running, project: str) -> None:
    await some_calls(gateway, project)

    found = await ask(gateway, TOP, project)

    assert [(row["rank"], row["point"]["group"][0]["value"], row["share"]) for row in found["entries"]] == [
        (1, "dear", 0.6),
        (2, "same a", 0.15),
    ]
    assert found["other"] == {"groups": 2, "share": 0.25, "point": {"group": [], "total": 25, "count": 2}}
    assert found["all"] == {"total": 100, "usd": None, "count": 4, "unknown": 0}
    whole = await ask(gateway, TOP, project, first=4, ranking="COUNT")
    assert (whole["other"], whole["entries"][0]["share"]) == (None, 0.25)


async def test_of_nothing_there_is_an_empty_top_list(gateway: Running, project: str) -> None:
    found = await ask(gateway, TOP, project)
    assert (found["entries"], found["other"], found["all"]) == ([], None, None)


async def test_of_the_unknown_there_is_no_share(gateway: Running, project: str) -> None:
    await some_calls(gateway, project)
    found = await ask(gateway, TOP, project, measure="COST")
    assert {row["share"] for row in found["entries"]} == {None}
    assert found["all"] == {"total": None, "usd": None, "count": 4, "unknown": 4}


async def test_percentiles_are_values_that_were_measured(gateway: Running, project: str) -> None:
    await some_calls(gateway, project)

    [point] = (await ask(gateway, PERCENTILES, project, percentiles=[50, 75.5, 100]))["points"]

    assert [(each["percentile"], each["value"]) for each in point["values"]] == [(50, 15), (75.5, 60), (100, 60)]
    assert (point["count"], point["lowest"], point["highest"]) == (4, 10, 60)
    by_month = await ask(gateway, PERCENTILES, project, bucket="MONTH", groupBy=["MODEL"])
    assert [len(each["values"]) for each in by_month["points"]] == [4] * 4
    [unknown] = (await ask(gateway, PERCENTILES, project, measures=["COST"]))["points"]
    assert (unknown["values"], unknown["unknown"]) == ([], 4)


async def test_answers_say_since_when_there_is_usage(gateway: Running, project: str) -> None:
    reads = gateway.house.reads
    assert isinstance(reads, MemoryReads)
    facts, sums = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 1, 20, tzinfo=UTC)
    series = """
        query($project: ID!, $from: DateTime!, $to: DateTime!, $by: [UsageDimension!]) {
          asked: usage(projectId: $project, from: $from, to: $to, measures: [COST], groupBy: $by) { keptFrom }
        }
    """

    async def told(document: str, **asked: Any) -> datetime | None:
        document = document.replace("from to\n", "keptFrom\n").replace("cohorts {", "keptFrom cohorts {")
        time = {"to": "2026-03-01T00:00:00Z"}
        found: str | None = (await ask(gateway, document, project, **{**time, **asked}))["keptFrom"]
        return datetime.fromisoformat(found) if found else None

    for document in (series, TOP, PERCENTILES, FUNNEL):
        assert await told(document) is None
    reads.kept = Kept(facts=facts, sums=sums)
    assert (await told(PERCENTILES), await told(FUNNEL)) == (facts, facts)
    assert (await told(series), await told(series, by=["TASK"])) == (sums, facts)
    assert (await told(TOP), await told(TOP, by=["TASK"])) == (sums, facts)
    for document in (series, TOP, PERCENTILES, FUNNEL):
        assert await told(document, **{"from": "2026-02-15T00:00:00Z"}) is None, "all of that is kept"


async def test_a_funnel_tells_how_far_tasks_came(gateway: Running, project: str) -> None:
    create = "mutation($i: CreateTaskInput!) { createTask(input: $i) { ... on CreateTaskPayload { task { id } } } }"
    ids = [
        (await gateway.ask(create, {"i": {"projectId": project, "title": f"task {number}"}}))["data"]["createTask"][
            "task"
        ]["id"]
        for number in range(4)
    ]
    change = (
        "mutation($i: ChangeTaskStatusInput!) { changeTaskStatus(input: $i) { __typename ... on Failure { message } } }"
    )
    for task, status in ((ids[0], "DONE"), (ids[1], "DROPPED")):
        asked = {"taskId": task, "status": status, "reason": "so"}
        changed = await gateway.ask(change, {"i": asked})
        assert changed["data"]["changeTaskStatus"] == {"__typename": "ChangeTaskStatusPayload"}

    [cohort] = (await ask(gateway, FUNNEL, project))["cohorts"]

    assert cohort["dropped"] == 1
    steps = {each["step"]: each for each in cohort["steps"]}
    assert list(steps) == ["CREATED", "CLAIMED", "SESSION", "IN_REVIEW", "EXPORTED", "DONE"]
    assert (steps["CREATED"]["tasks"], steps["CREATED"]["ofFirst"], steps["CREATED"]["ofPrevious"]) == (4, 1, None)
    assert (steps["SESSION"]["tasks"], steps["SESSION"]["skipped"], steps["SESSION"]["timed"]) == (1, 1, 0)
    assert (steps["DONE"]["tasks"], steps["DONE"]["ofFirst"], steps["DONE"]["ofPrevious"]) == (1, 0.25, 1)
    [two] = (await ask(gateway, FUNNEL, project, steps=["DONE", "CREATED"], bucket="MONTH"))["cohorts"]
    assert [each["step"] for each in two["steps"]] == ["CREATED", "DONE"]
    assert two["steps"][1]["timed"] == 1
    assert two["steps"][1]["medianMs"] == two["steps"][1]["ninthMs"]


@pytest.mark.parametrize(
    ("document", "asked", "field"),
    [
        (TOP, {"by": []}, "by"),
        (TOP, {"by": ["MODEL", "MODEL"]}, "by"),
        (TOP, {"first": 0}, "first"),
        (TOP, {"first": 101}, "first"),
        (TOP, {"from": "2015-01-01T00:00:00Z"}, "from"),
        (TOP, {"by": ["SESSION"]}, "from"),
        (PERCENTILES, {"percentiles": []}, "percentiles"),
        (PERCENTILES, {"percentiles": [0]}, "percentiles"),
        (PERCENTILES, {"percentiles": [100.1]}, "percentiles"),
        (PERCENTILES, {"percentiles": [50] * 11}, "percentiles"),
        (PERCENTILES, {"bucket": "HOUR"}, "from"),
        (PERCENTILES, {"measures": []}, "measures"),
        (PERCENTILES, {"from": "2024-01-01T00:00:00Z"}, "from"),
        (PERCENTILES, {"to": "2020-01-01T00:00:00Z"}, "from"),
        (FUNNEL, {"steps": ["DONE"]}, "steps"),
        (FUNNEL, {"steps": ["DONE", "DONE"]}, "steps"),
        (FUNNEL, {"steps": ["DONE", "DROPPED"]}, "steps"),
        (FUNNEL, {"bucket": "HOUR"}, "from"),
    ],
)
async def test_what_is_too_much_to_ask_is_said(
    gateway: Running, project: str, document: str, asked: dict[str, Any], field: str
) -> None:
    refused = await ask(gateway, document, project, **asked)
    assert (refused["code"], refused.get("field")) == ("INVALID_INPUT", field), refused


async def test_percentiles_are_of_so_many_facts_and_an_answer_has_so_many_points(
    gateway: Running, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await some_calls(gateway, project)
    monkeypatch.setattr(filters, "MOST_FACTS", 3)
    assert (await ask(gateway, PERCENTILES, project))["code"] == "LIMIT_EXCEEDED"
    monkeypatch.setattr(queries, "MOST_POINTS", 3)
    assert (await ask(gateway, PERCENTILES, project, groupBy=["MODEL"]))["code"] == "LIMIT_EXCEEDED"


@pytest.mark.parametrize("document", [TOP, PERCENTILES, FUNNEL])
async def test_a_project_of_others_is_none_and_a_scope_is_needed(gateway: Running, project: str, document: str) -> None:
    stranger = await gateway.house.another_user("bob")
    for target in (project, UNKNOWN_PROJECT):
        assert (await ask(gateway, document, target, token=stranger))["code"] == "NOT_FOUND"
    issued = await gateway.ask(
        'mutation { issueToken(input: {name: "w", scopes: ["usage:write"]}) { ... on IssueTokenPayload { secret } } }'
    )
    writer = issued["data"]["issueToken"]["secret"]
    assert (await ask(gateway, document, project, token=writer))["code"] == "FORBIDDEN"
