"""qd usage: what is sent, and how the answers are shown."""

import json
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

import pytest
from graphql import GraphQLEnumType, build_schema
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.tasks import add_task
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.ids import global_id
from quarterdeck_cli.usage_words import Buckets, Dimensions, Measures

SDL = Path(__file__).parents[3] / "schema" / "quarterdeck_schema" / "schema.graphql"
CALL = ("--provider", "anthropic", "--model", "claude-sonnet-4-5", "--response-id", "msg_1")
POINT = {
    "at": "2026-11-20T00:00:00.000000+00:00",
    "measure": "COST",
    "group": [{"dimension": "MODEL", "value": "claude\x1b[2J"}],
    "total": 2_940_000,
    "usd": "0.00294",
    "count": 3,
    "unknown": 1,
    "lowest": 1,
    "highest": 2,
}


@pytest.fixture(autouse=True)
def _project(world: World) -> None:
    world.add_project("here", "/r")


def test_a_call_is_recorded_and_listed(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    ran = qd(
        "usage", "record", "-p", "here", *CALL, "--input-tokens", "1000", "--at", "2026-11-20T12:00+00:00", "--json"
    )

    assert ran.json[0]["calls"] == 1
    told = world.model_calls[0]
    assert (told["responseId"], told["inputTokens"], told["sessionId"]) == ("msg_1", 1000, None)
    assert told["occurredAt"].startswith("2026-11-20T12:00:00")
    listed = qd("usage", "list", "-p", "here", "--model", "claude-sonnet-4-5").out.splitlines()
    assert listed[1].split()[1:] == ["anthropic", "claude-sonnet-4-5", "1,000", "0", "unknown"]
    assert "No calls" in qd("usage", "list", "-p", "here", "--model", "another").err


@pytest.mark.parametrize("missing", range(0, 6, 2))
def test_a_call_needs_its_names(qd: QdCall, logged_in: FakeGateway, world: World, missing: int) -> None:
    ran = qd("usage", "record", "-p", "here", *CALL[:missing], *CALL[missing + 2 :])

    assert (ran.code, f"{CALL[missing]} is missing" in ran.err) == (2, True)
    assert world.model_calls == []


def test_many_calls_are_recorded_from_a_file_in_parts(
    qd: QdCall, logged_in: FakeGateway, world: World, tmp_path: Path
) -> None:
    call = {"provider": "p", "model": "m", "inputTokens": 1, "outputTokens": 1}
    file = tmp_path / "calls.jsonl"
    file.write_text("\n".join(json.dumps({**call, "responseId": str(number)}) for number in range(1001)) + "\n\n")

    ran = qd("usage", "record", "-p", "here", "--file", str(file))

    assert "1,001 recorded" in ran.err
    assert [call["responseId"] for call in world.model_calls] == [str(number) for number in range(1001)]


@pytest.mark.parametrize(("text", "said"), [("", "no calls"), ("{}\n{", "no JSON in line 2"), (None, "cannot be read")])
def test_a_file_without_calls_is_refused(
    qd: QdCall, logged_in: FakeGateway, tmp_path: Path, text: str | None, said: str
) -> None:
    file = tmp_path / "calls.jsonl"
    if text is not None:
        file.write_text(text)

    ran = qd("usage", "record", "-p", "here", "--file", str(file))

    assert (ran.code, said in ran.err) == (2, True)


def test_usage_is_shown_by_time_and_in_all(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    more = {"measure": "COMMAND_MEMORY", "total": 10, "usd": None, "highest": 2**20, "unknown": 0}
    unknown = {"total": None, "usd": None}
    world.usage = {"points": [POINT, {**POINT, **more}], "totals": [{**POINT, **unknown}]}

    ran = qd("usage", "show", "-p", "here", "--by", "model", "-m", "cost", "-m", "command-memory", "--bucket", "week")

    asked = dict(world.calls)["usage"]
    assert (asked["measures"], asked["groupBy"], asked["bucket"]) == (["COST", "COMMAND_MEMORY"], ["MODEL"], "WEEK")
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["WHEN", "MEASURE", "MODEL", "TOTAL", "COUNT", "UNKNOWN", "TREND"]
    assert lines[1][0] == "2026-11-20"
    assert lines[1][1:] == ["cost", "claude\\x1b[2J", "$0.00294", "3", "1"]
    assert lines[2][1:] == ["command-memory", "claude\\x1b[2J", "at", "most", "1.0", "MiB", "3"]
    assert lines[3] == ["in", "all", "cost", "claude\\x1b[2J", "unknown", "3", "1"]


def test_the_way_of_a_total_is_drawn(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    points = [{**POINT, "at": f"2026-11-{day}T00:00:00+00:00", "total": day} for day in (20, 22, 24)]
    time = {"from": "2026-11-20T00:00:00+00:00", "to": "2026-11-25T00:00:00+00:00"}
    world.usage = {"points": points, "totals": [POINT], **time}

    ran = qd("usage", "show", "-p", "here", "--by", "model")

    assert ran.out.splitlines()[-1].endswith("▇ █ █")


def test_what_usage_is_told_apart_by_is_shown_as_elsewhere(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    session = uuid4()
    group = [{"dimension": "SESSION", "value": global_id("Session", session)}, {"dimension": "PERSONA", "value": "ada"}]
    world.usage = {"points": [{**POINT, "group": group}], "totals": []}

    ran = qd("usage", "show", "-p", "here", "--by", "session", "--by", "persona", "-m", "cost")

    assert ran.out.splitlines()[1].split()[2:4] == [session.hex[-8:], "ada"]
    task = {"dimension": "TASK", "value": global_id("Task", uuid4()), "label": "T-17"}
    world.usage = {"points": [{**POINT, "group": [task]}], "totals": []}
    assert qd("usage", "show", "-p", "here", "--by", "task", "-m", "cost").out.splitlines()[1].split()[2] == "T-17"


def test_usage_is_narrowed_to_tasks_models_and_personas(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    task = add_task(world, world.projects[0], "Fix it")["id"]

    qd("usage", "show", "-p", "here", "--task", "T-1", "--model", "a", "--model", "b", "--persona", "fixer")

    asked = dict(world.calls)["usage"]["filters"]
    assert asked == {"tasks": [task], "models": ["a", "b"], "personas": ["fixer"]}


@pytest.mark.parametrize(
    "option",
    [("--bucket", "century"), ("-m", "weather"), ("--by", "weather"), ("--since", "x"), ("--since", "9999999d")],
)
def test_what_there_is_not_is_refused(qd: QdCall, logged_in: FakeGateway, option: tuple[str, str]) -> None:
    assert qd("usage", "show", "-p", "here", *option).code == 2


def test_prices_are_shown_and_replaced(qd: QdCall, logged_in: FakeGateway, world: World, tmp_path: Path) -> None:
    assert "those of genai-prices" in qd("usage", "prices", "-p", "here").err
    file = tmp_path / "prices.json"
    file.write_text(json.dumps([{"provider": "anthropic", "model": "claude-*", "input": "3", "output": "15"}]))

    ran = qd("usage", "prices", "-p", "here", "--file", str(file))

    assert ran.out.splitlines()[1].split() == ["anthropic", "claude-*", "3", "15"]
    assert world.price_tables[0][0]["model"] == "claude-*"
    file.write_text("{}")
    assert qd("usage", "prices", "-p", "here", "--file", str(file)).code == 2


@pytest.mark.parametrize(
    ("name", "typed"), [("UsageMeasure", Measures), ("UsageDimension", Dimensions), ("UsageBucket", Buckets)]
)
def test_the_words_are_those_of_the_schema(name: str, typed: type[StrEnum]) -> None:
    known = build_schema(SDL.read_text("utf-8")).type_map[name]
    assert isinstance(known, GraphQLEnumType)
    assert list(known.values) == list(typed.__members__)
    assert [each.value for each in typed] == [each.lower().replace("_", "-") for each in known.values]
