"""qd audit erase: what it sends, and what it asks before."""

import io
from typing import Any
from uuid import UUID

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import global_id
from tests.unit.cli.conftest import QdCall

COMMAND = global_id("Command", UUID(int=0xABCDEF))


def sent(world: World) -> list[dict[str, Any]]:
    return [asked for name, asked in world.calls if name == "eraseFromLog"]


def test_what_is_named_is_erased_without_asking_with_yes(world: World, qd: QdCall, logged_in: FakeGateway) -> None:
    told = qd(
        "audit", "erase", "-e", "12:text", "-e", "15", "-o", f"{COMMAND}:3-9", "-o", COMMAND, "--reason", "leaked",
        "--yes",
    )  # fmt: skip
    assert told.code == 0
    assert told.out == "Erased: 2 events and 2 outputs. The record is event 77.\n"
    assert "snapshots" in told.err
    [asked] = sent(world)
    assert asked["reason"] == "leaked"
    assert asked["events"] == [{"position": 12, "fields": ["text"]}, {"position": 15}]
    assert asked["output"] == [{"commandId": COMMAND, "first": 3, "until": 9}, {"commandId": COMMAND}]
    assert not asked["dryRun"]


def test_a_dry_run_shows_what_would_go_and_erases_nothing(world: World, qd: QdCall, logged_in: FakeGateway) -> None:
    told = qd("audit", "erase", "-e", "12", "-o", COMMAND, "--reason", "leaked", "--dry-run")
    assert told.out.splitlines()[:2] == [
        "event 12, CommandRequested: text, environment",
        '  {"text": "login \\x1b]0;x"}',
    ]
    assert "99 bytes of its output, from 0" in told.out
    assert "Nothing was erased." in told.err
    assert [each["dryRun"] for each in sent(world)] == [True]
    as_json = qd("audit", "erase", "-e", "12", "--reason", "x", "--dry-run", "--json").json
    assert as_json["events"][0]["position"] == 12


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_it_asks_before_and_takes_the_id_for_a_yes(
    world: World, qd: QdCall, logged_in: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quarterdeck.audit.erasing.sys.stdin", _Terminal("y\n"))
    refused = qd("audit", "erase", "-e", "12", "--reason", "leaked")
    assert refused.code == 2
    assert "Nothing was erased" in refused.err
    assert [each["dryRun"] for each in sent(world)] == [True]

    monkeypatch.setattr("quarterdeck.audit.erasing.sys.stdin", _Terminal("12\n"))
    assert qd("audit", "erase", "-e", "12", "--reason", "leaked").code == 0
    assert [each["dryRun"] for each in sent(world)] == [True, True, False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Nothing is named"),
        (["-e", "x"], "is no event"),
        (["-e", "1:a b"], "is no event"),
        (["-o", "a:1-x"], "is no output"),
        (["-e", "1"], "nobody is at a terminal"),
    ],
)
def test_what_makes_no_sense_is_said(
    world: World, qd: QdCall, logged_in: FakeGateway, arguments: list[str], said: str
) -> None:
    told = qd("audit", "erase", *arguments, "--reason", "leaked")
    assert told.code == 2
    assert said in told.err
    assert all(each["dryRun"] for each in sent(world))
