"""Usage as files over HTTP: what is in them, who may have them, and what is too much."""

import csv
import io
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import duckdb
import httpx2
import pytest
import pytest_asyncio
from tests.support.gateway import Running, running
from tests.unit.gateway.test_usage import UNKNOWN_PROJECT, call, record

from quarterdeck.gateway import usage_tables
from quarterdeck_schema.usage import filters

TIME = {"from": "2026-01-01T00:00:00Z", "to": "2028-01-01T00:00:00+02:00"}


@pytest_asyncio.fixture
async def gateway() -> AsyncGenerator[Running]:
    async with running() as served:
        yield served


@pytest_asyncio.fixture
async def project(gateway: Running) -> str:
    found: str = (await gateway.project())["project"]["id"]
    return found


async def get(gateway: Running, project: str, name: str, token: str | None = None, **asked: Any) -> httpx2.Response:
    parameters = {name: value for name, value in {**TIME, **asked}.items() if value is not None}
    headers = {"Authorization": f"Bearer {token or gateway.token}"}
    return await gateway.http.get(f"/usage/{project}/{name}", params=parameters, headers=headers)


def rows_of(answer: httpx2.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


CREATE = "mutation($i: CreateTaskInput!) { createTask(input: $i) { ... on CreateTaskPayload { task { id } } } }"


async def some_calls(gateway: Running, project: str) -> str:
    """Three for a task, whose id it gives, and one for none."""
    created = await gateway.ask(CREATE, {"i": {"projectId": project, "title": "x"}})
    task: str = created["data"]["createTask"]["task"]["id"]
    told = [call(responseId=model, model=model, outputTokens=n, taskId=task) for n, model in enumerate("cab", 1)]
    await record(gateway, project, *told, call(responseId="=1", model="@SUM(A1)", persona="=1+1"))
    return task


async def test_facts_come_by_measure_and_time_whatever_the_pages(
    gateway: Running, project: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage_tables, "FACTS_AT_ONCE", 3)
    task = await some_calls(gateway, project)

    answer = await get(gateway, project, "facts.csv")

    rows = rows_of(answer)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="usage-facts.csv"'
    assert len(rows) == 4 * 5 + 1
    assert [row["model"] for row in rows if row["measure"] == "tokens_output"] == ["c", "a", "b", "'@SUM(A1)"]
    assert {(row["measure"], row["unit"]) for row in rows} >= {("cost", "nano-dollars"), ("tokens_input", "tokens")}
    assert (rows[0]["task"], rows[0]["at"][-1], rows[3]["persona"]) == (task, "Z", "'=1+1")
    some = rows_of(await get(gateway, project, "facts.csv", measure=["COST", "tokens-output"], model=["a", "b"]))
    assert [(row["measure"], row["model"], row["value"]) for row in some] == [
        ("cost", "a", ""),
        ("cost", "b", ""),
        ("tokens_output", "a", "2"),
        ("tokens_output", "b", "3"),
    ]


async def test_parquet_has_them_as_they_are(gateway: Running, project: str, tmp_path: Path) -> None:
    task = await some_calls(gateway, project)
    file = tmp_path / "facts.parquet"
    answer = await get(gateway, project, "facts.parquet", measure="tokens_output")
    file.write_bytes(answer.content)

    assert answer.headers["content-type"] == "application/vnd.apache.parquet"
    with duckdb.connect() as reader:
        query = f"SELECT model, persona, value, task FROM '{file}' ORDER BY position"
        assert reader.execute(query).fetchall() == [
            ("c", "", 1, task),
            ("a", "", 2, task),
            ("b", "", 3, task),
            ("@SUM(A1)", "=1+1", 50, ""),
        ]


async def test_series_top_lists_and_percentiles_are_as_their_queries_answer(gateway: Running, project: str) -> None:
    await some_calls(gateway, project)
    asked = {"measure": "tokens_output", "by": "model"}

    series = rows_of(await get(gateway, project, "series.csv", **asked, bucket="month"))
    assert (series[0]["model"], series[0]["total"], series[0]["count"]) == ("'@SUM(A1)", "50", "1")
    assert series[0]["at"].endswith("-01T00:00:00.000000Z")
    top = rows_of(await get(gateway, project, "top.csv", **asked, first="1", ranking="count"))
    assert [(row["entry"], row["rank"], row["count"], row["total"]) for row in top] == [
        ("group", "1", "1", "50"),
        ("other", "", "3", "6"),
    ]
    ranked = rows_of(await get(gateway, project, "percentiles.csv", measure="tokens_output", percentile=["50", "99.9"]))
    assert [(row["p50"], row["p99.9"], row["count"]) for row in ranked] == [("2", "50", "4")]
    unknown = rows_of(await get(gateway, project, "percentiles.csv", measure="cost"))
    assert (unknown[0]["p50"], unknown[0]["unknown"]) == ("", "4")


async def test_a_funnel_is_a_row_for_each_step_of_each_cohort(gateway: Running, project: str) -> None:
    await some_calls(gateway, project)
    rows = rows_of(await get(gateway, project, "funnel.csv", step=["done", "created"], bucket="month"))
    assert [(row["step"], row["tasks"], row["skipped"], row["timed"]) for row in rows] == [
        ("created", "1", "0", "0"),
        ("done", "0", "0", "0"),
        ("dropped", "0", "", ""),
    ]
    assert {row["at"][-17:] for row in rows} == {"T00:00:00.000000Z"}
    assert [row["step"] for row in rows_of(await get(gateway, project, "funnel.csv"))][-2:] == ["done", "dropped"]
    refused = await get(gateway, project, "funnel.csv", measure="cost")
    assert (refused.status_code, "no parameter 'measure'" in refused.text) == (400, True)


async def test_a_file_has_what_was_written_before_it_was_asked_for(gateway: Running, project: str) -> None:
    recorded = await record(gateway, project, call())
    rows = rows_of(await get(gateway, project, "facts.csv", wait_for=str(recorded.get("position", 1))))
    assert rows


@pytest.mark.parametrize(
    ("name", "asked", "field"),
    [
        ("facts.csv", {"from": None}, "from"),
        ("facts.csv", {"from": "yesterday"}, "from"),
        ("facts.csv", {"from": ["2026-01-01", "2026-01-02"]}, "from"),
        ("facts.csv", {"from": "2010-01-01"}, "from"),
        ("facts.csv", {"to": "2020-01-01"}, "from"),
        ("facts.csv", {"measure": "weather"}, "measure"),
        ("facts.csv", {"bucket": "day"}, "bucket"),
        ("facts.csv", {"wait_for": "-1"}, "wait_for"),
        ("facts.csv", {"user": "nobody"}, "filters.users"),
        ("series.csv", {"measure": "cost", "bucket": "century"}, "bucket"),
        ("series.csv", {"measure": "cost", "bucket": "hour"}, "from"),
        ("series.csv", {}, "measures"),
        ("top.csv", {"measure": ["cost", "model_calls"], "by": "model"}, "measure"),
        ("top.csv", {"measure": "cost"}, "by"),
        ("top.csv", {"measure": "cost", "by": "weather"}, "by"),
        ("top.csv", {"measure": "cost", "by": "model", "first": "many"}, "first"),
        ("percentiles.parquet", {"measure": "cost", "percentile": "half"}, "percentile"),
        ("percentiles.parquet", {"measure": "cost", "percentile": "nan"}, "percentiles"),
    ],
)
async def test_what_there_is_not_is_refused_before_a_byte(
    gateway: Running, project: str, name: str, asked: dict[str, Any], field: str
) -> None:
    answer = await get(gateway, project, name, **asked)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["extensions"]["code"], error["extensions"]["field"]) == (
        400,
        "INVALID_INPUT",
        field,
    )


async def test_a_file_has_so_many_points(gateway: Running, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await some_calls(gateway, project)
    monkeypatch.setattr(filters, "MOST_FACTS", 3)
    many = await get(gateway, project, "percentiles.csv", measure="tokens_output")
    monkeypatch.setattr(usage_tables, "MOST_POINTS", 3)
    series = await get(gateway, project, "series.csv", measure="tokens_output", by="model")

    for refused in (many, series):
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (429, "LIMIT_EXCEEDED")


@pytest.mark.parametrize("name", ["facts.xlsx", "weather.csv", "facts", "facts.csv.csv"])
async def test_other_names_are_nothing(gateway: Running, project: str, name: str) -> None:
    assert (await get(gateway, project, name)).status_code == 404


async def test_files_are_for_members_with_a_token_that_may(gateway: Running, project: str) -> None:
    stranger = await gateway.house.another_user("bob")
    for target in (project, UNKNOWN_PROJECT):
        refused = await get(gateway, target, "facts.csv", token=stranger)
        assert (refused.status_code, refused.json()["errors"][0]["message"]) == (404, "There is no such project.")
    issued = await gateway.ask(
        'mutation { issueToken(input: {name: "w", scopes: ["usage:write"]}) { ... on IssueTokenPayload { secret } } }'
    )
    writer = issued["data"]["issueToken"]["secret"]
    assert (await get(gateway, project, "facts.csv", token=writer)).status_code == 403
    assert (await gateway.http.get(f"/usage/{project}/facts.csv", params=TIME)).status_code == 401
    assert (await gateway.http.post(f"/usage/{project}/facts.csv")).status_code == 405
