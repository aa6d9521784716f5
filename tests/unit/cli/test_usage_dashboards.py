"""qd usage top, percentiles and funnel: what is asked, and the pictures of the answers."""

from enum import StrEnum
from typing import Any

import pytest
from graphql import GraphQLEnumType, build_schema
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.server import SDL
from tests.unit.cli.conftest import QdCall
from tests.unit.cli.test_usage import POINT

from quarterdeck_cli.commands.usage_dashboards import Rankings, Steps


@pytest.fixture(autouse=True)
def _project(world: World) -> None:
    world.add_project("here", "/r")


def row(rank: int, model: str, total: int, share: float) -> dict[str, Any]:
    group = [{"dimension": "MODEL", "value": model}]
    return {"rank": rank, "share": share, "point": {**POINT, "group": group, "total": total, "usd": str(total)}}


def test_a_top_list_has_bars_the_rest_and_the_whole(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    rest = {"groups": 1200, "share": 0.25, "point": {**POINT, "group": [], "total": 25, "usd": "25"}}
    whole = {**POINT, "group": [], "total": 100, "usd": "100"}
    world.dashboards["usageTop"] = {
        "entries": [row(1, "claude\x1b[2J", 50, 0.5), row(2, "", 25, 0.25)],
        "other": rest,
        "all": whole,
    }

    ran = qd("usage", "top", "-p", "here", "--rank", "total", "-n", "2", "--persona", "fixer")

    assert ran.code == 0, ran.err
    asked = dict(world.calls)["usageTop"]
    assert (asked["measure"], asked["by"], asked["first"]) == ("COST", ["MODEL"], 2)
    assert asked["filters"] == {"personas": ["fixer"]}
    lines = [line.split() for line in ran.out.splitlines()]
    assert lines[0] == ["#", "MODEL", "TOTAL", "COUNT", "SHARE"]
    assert lines[1] == ["1", "claude\\x1b[2J", "$50", "3", "50.0%", "█" * 24]
    assert lines[2] == ["2", "(none)", "$25", "3", "25.0%", "█" * 12]
    assert lines[3] == ["1,200", "others", "$25", "3", "25.0%", "█" * 12]
    assert lines[4] == ["in", "all", "$100", "3"]
    assert qd("usage", "top", "-p", "here", "--json").json["other"]["groups"] == 1200


@pytest.mark.parametrize("rank", list(Rankings))
def test_bars_are_as_long_as_what_is_ranked(qd: QdCall, logged_in: FakeGateway, world: World, rank: Rankings) -> None:
    less = {"total": 1, "count": 1, "highest": 1, rank.value: 4}
    points = [{**POINT, "total": 9, "count": 9, "highest": 9, rank.value: 8}, {**POINT, **less}]
    entries = [{"rank": n, "share": None, "point": point} for n, point in enumerate(points, 1)]
    world.dashboards["usageTop"] = {"entries": entries, "other": None, "all": None}

    ran = qd("usage", "top", "-p", "here", "--rank", rank.value)

    assert [line.count("█") for line in ran.out.splitlines()] == [0, 24, 12]


def test_of_nothing_that_is_said(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    world.dashboards = {
        "usageTop": {"entries": [], "other": None, "all": None},
        "usagePercentiles": {"points": []},
        "taskFunnel": {"cohorts": []},
    }
    assert "Nothing was measured" in qd("usage", "top", "-p", "here").err
    assert "Nothing was measured" in qd("usage", "percentiles", "-p", "here").err
    assert "No task was created" in qd("usage", "funnel", "-p", "here").err


def percentile_point(**changed: Any) -> dict[str, Any]:
    values = [{"percentile": p, "value": v, "usd": None} for p, v in ((50, 100), (99, 60_000))]
    told = {"measure": "COMMAND_DURATION", "values": values, "lowest": 10, "highest": 100_000, "unknown": 0}
    return {**{key: POINT[key] for key in ("at", "count")}, "group": [], **told, **changed}


def test_percentiles_are_shown_in_their_units_with_where_they_lie(
    qd: QdCall, logged_in: FakeGateway, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.dashboards["usagePercentiles"] = {"points": [percentile_point(), percentile_point(values=[], lowest=None)]}
    monkeypatch.setenv("COLUMNS", "140")

    ran = qd("usage", "percentiles", "-p", "here", "--percentile", "99", "--percentile", "50", "--bucket", "week")

    asked = dict(world.calls)["usagePercentiles"]
    assert (asked["percentiles"], asked["bucket"], len(asked["measures"])) == ([50, 99], "WEEK", 4)
    lines = ran.out.splitlines()
    assert lines[0].split() == ["WHEN", "MEASURE", "P50", "P99", "HIGHEST", "COUNT", "UNKNOWN"]
    assert lines[1].split()[:7] == ["2026-11-20", "command-duration", "0.10", "s", "1:00", "1:40", "3"]
    assert lines[1].endswith("───────█" + "▓" * 18 + "▒▒")
    assert "█" not in lines[2]
    monkeypatch.setenv("COLUMNS", "80")
    assert "█" not in qd("usage", "percentiles", "-p", "here").out


def test_a_funnel_is_drawn(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    created = {"step": "CREATED", "tasks": 8, "skipped": 0, "ofFirst": 1.0, "ofPrevious": None, "timed": 0}
    review = {"step": "IN_REVIEW", "tasks": 2, "skipped": 1, "ofFirst": 0.25, "ofPrevious": 0.5, "timed": 1}
    steps = [{**created, "medianMs": None, "ninthMs": None}, {**review, "medianMs": 61_000, "ninthMs": 3_600_000}]
    world.dashboards["taskFunnel"] = {"cohorts": [{"at": POINT["at"], "dropped": 1, "steps": steps}]}

    ran = qd("usage", "funnel", "-p", "here", "--step", "created", "--step", "in-review", "--bucket", "month")

    asked = dict(world.calls)["taskFunnel"]
    assert (asked["steps"], asked["bucket"]) == (["CREATED", "IN_REVIEW"], "MONTH")
    lines = ran.out.splitlines()
    assert lines[0] == "Created from 2026-11-20 on"
    assert lines[2].split() == ["created", "█" * 32, "8", "100.0%"]
    assert lines[3].split() == ["in-review", "█" * 8, "2", "25.0%", "50.0%", "1:01", "1:00:00", "1"]
    assert lines[4] == "1 of them was dropped."


def test_it_says_since_when_there_is_usage(qd: QdCall, logged_in: FakeGateway, world: World) -> None:
    kept: dict[str, Any] = {"keptFrom": "2026-11-01T00:00:00+00:00"}
    world.dashboards = {
        "usageTop": {"entries": [], "other": None, "all": None, **kept},
        "usagePercentiles": {"points": [], **kept},
        "taskFunnel": {"cohorts": [], **kept},
    }
    world.usage = {**world.usage, **kept}
    for words in (("show",), ("top",), ("percentiles",), ("funnel",)):
        ran = qd("usage", *words, "-p", "here")
        assert "What was before 2026-11-01 (UTC) is kept no more." in ran.err
        assert qd("usage", *words, "-p", "here", "--json").json["keptFrom"] == kept["keptFrom"]


@pytest.mark.parametrize(
    "words",
    [("top", "--rank", "x"), ("top", "-n", "0"), ("percentiles", "--percentile", "x"), ("funnel", "--step", "x")],
)
def test_what_there_is_not_is_refused(qd: QdCall, logged_in: FakeGateway, words: tuple[str, ...]) -> None:
    assert qd("usage", *words, "-p", "here").code == 2


@pytest.mark.parametrize(("name", "typed"), [("UsageRanking", Rankings), ("TaskStep", Steps)])
def test_the_words_are_those_of_the_schema(name: str, typed: type[StrEnum]) -> None:
    known = build_schema(SDL.read_text("utf-8")).type_map[name]
    assert isinstance(known, GraphQLEnumType)
    assert [each for each in known.values if each != "DROPPED"] == list(typed.__members__)
