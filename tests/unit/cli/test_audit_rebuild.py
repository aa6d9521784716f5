"""qd audit rebuild: what a comparison of the read models with the log found."""

import json
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.unit.cli.conftest import QdCall

from quarterdeck.audit import comparing

RUNNING: dict[str, Any] = {
    "id": "7",
    "state": "RUNNING",
    "step": "reading the log",
    "done": 1,
    "total": 9,
    "tables": [],
}


def ended(**differences: int) -> dict[str, Any]:
    tables = [{"name": name, "differences": count} for name, count in differences.items()]
    known = {"position": 1234, "rows": 5000, "differenceCount": sum(differences.values())}
    return {**RUNNING, "state": "ENDED", "tables": tables, **known}


def difference(number: int, column: str | None, logged: str | None, live: str | None) -> dict[str, Any]:
    return {
        "number": number,
        "table": "commands",
        "key": '{"id":"1"}',
        "column": column,
        "logged": logged,
        "live": live,
    }


def test_read_models_that_are_what_the_log_gives_are_said_to_be(
    world: World, qd: QdCall, logged_in: FakeGateway
) -> None:
    world.read_model_checks = [None, RUNNING, ended(commands=0, users=0)]
    told = qd("audit", "rebuild")
    assert (told.code, told.out) == (0, "2 tables with 5,000 rows at position 1,234 are what the log gives.\n")


def test_each_difference_is_printed_with_both_values_and_no_escape_of_theirs(
    world: World, qd: QdCall, logged_in: FakeGateway
) -> None:
    world.read_model_checks = [ended(commands=3, users=0)]
    world.read_model_differences = [
        difference(1, "text", '"ls"', '"\x1b]52;c;aGk=\x07"'),
        difference(2, None, '{"id": "2"}', None),
        difference(3, None, None, '{"id": "3"}'),
    ]
    told = qd("audit", "rebuild")
    assert told.code == 1
    assert told.out.splitlines() == [
        'commands {"id":"1"}: text',
        '  log   "ls"',
        '  live  "\\x1b]52;c;aGk=\\x07"',
        'commands {"id":"1"}: the row is missing',
        '  log   {"id": "2"}',
        'commands {"id":"1"}: the log gives no such row',
        '  live  {"id": "3"}',
        "2 tables with 5,000 rows at position 1,234: 3 differences from what the log gives.",
    ]
    assert "quarterdeck projections rebuild" in told.err

    cut = qd("audit", "rebuild", "-n", "1").out
    assert "… and 2 more: commands 3" in cut

    as_json = json.loads(qd("audit", "rebuild", "--json").out)
    assert as_json["check"]["differenceCount"] == len(as_json["differences"]) == 3


def test_a_comparison_that_failed_says_why(world: World, qd: QdCall, logged_in: FakeGateway) -> None:
    failure = {"failure": "A rebuild or a comparison is running already.", "nextStep": "Wait until it has ended."}
    world.read_model_checks = [{**RUNNING, "state": "FAILED", **failure}]
    told = qd("audit", "rebuild")
    assert told.code == 69
    assert failure["failure"] in told.err
    assert failure["nextStep"] in told.err


def test_a_projector_that_does_not_begin_is_said(
    world: World, qd: QdCall, logged_in: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "BEGUN_SECONDS", 0.0)
    world.read_model_checks = [None]
    told = qd("audit", "rebuild")
    assert told.code == 69
    assert "has not begun" in told.err
