"""qd budget: bars, what is sent, and how the answers are shown."""

from typing import Any
from uuid import uuid4

import pytest
from tests.support.fake_gateway.budgets import add_budget, amount
from tests.support.fake_gateway.server import FakeGateway
from tests.support.fake_gateway.world import NOW, World, global_id
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.budget_words import bar, dollars

ASKS = {"since": NOW, "wanted": amount("2"), "answers": ["RAISE", "LET_ON", "KEEP_CLOSED"]}


@pytest.fixture
def project(world: World, logged_in: FakeGateway) -> dict[str, Any]:
    return world.add_project("here", "/r")


@pytest.mark.parametrize(
    ("spent", "reserved", "drawn"),
    [
        (0, 0, "··········"),
        (0.5, 0, "█████·····"),
        (0.5, 0.2, "█████▒▒···"),
        (0.5, 0.5, "█████▒▒▒▒▒"),
        (0.001, 0, "█·········"),
        (0.999, 0, "█████████·"),
        (0.999, 0.0001, "█████████▒"),
        (1, 0, "██████████"),
        (1.2, 0, "█████████▶"),
        (0, 0.01, "▒·········"),
    ],
)
def test_a_bar_shows_what_is_spent_reserved_and_left(spent: float, reserved: float, drawn: str) -> None:
    assert bar(spent, reserved, 10) == drawn


@pytest.mark.parametrize(
    ("usd", "shown"),
    [
        ("0", "$0.00"),
        ("1234.5", "$1,234.50"),
        ("0.5", "$0.50"),
        ("0.0705", "$0.0705"),
        ("0.00294", "$0.0029"),
        ("0.00001", "$0.00001"),
        ("-0.5", "-$0.50"),
        ("5E-9", "$0.000000005"),
    ],
)
def test_dollars_have_two_decimals_or_as_many_as_they_need(usd: str, shown: str) -> None:
    assert dollars(usd) == shown


def test_budgets_are_listed_with_bars_and_what_is_asked(qd: QdCall, project: dict[str, Any], world: World) -> None:
    known = add_budget(world, project, spent="4", reserved="2")
    asking = add_budget(
        world,
        project,
        spent="10",
        covers="PERSONA",
        persona="re\x1b[2Jviewer",
        asks=ASKS,
        now={"standing": "ASKING", "exhaustedAt": NOW},
    )

    ran = qd("budget", "list", "-p", "here")

    head, first, second = ran.out.splitlines()
    assert head.split() == ["ID", "COVERS", "EVERY", "USED", "SPENT", "OF", "LEFT"]
    assert first.split()[1:] == ["project", "here", "day", "██████▒▒▒▒······", "40%", "$4.00", "$10.00", "$4.00"]
    assert "████████████████  100%  $10.00  $10.00" in second
    assert second.endswith("asks")
    assert "\x1b" not in ran.out
    assert f"qd budget answer {asking['id'] and second.split()[0]} raise --usd N" in ran.err
    assert known["id"]


def test_a_budget_is_set_for_what_is_named(qd: QdCall, project: dict[str, Any], world: World) -> None:
    ran = qd(
        *("budget", "set", "-p", "here", "--usd", "20", "--tokens", "5000", "--every", "week"),
        *("--user", "me", "--time-zone", "Europe/Berlin", "--warn-only", "--warn-at", "50"),
    )

    assert ran.code == 0, ran.err
    asked = dict(world.calls)["setBudget"]
    assert asked.pop("idempotencyKey")
    assert asked.pop("userId")
    assert asked == {
        "projectId": project["id"],
        "every": "WEEK",
        "timeZone": "Europe/Berlin",
        "usd": "20",
        "tokens": 5000,
        "atLimit": "WARN",
        "warnPercent": 50,
    }
    assert "0% of dollars" in ran.out
    qd("budget", "set", "--all-projects", "--usd", "1")
    assert "projectId" not in world.calls[-1][1]
    assert qd("budget", "set", "--all-projects", "-p", "here", "--usd", "1").code == 2
    assert qd("budget", "set", "-p", "here", "--usd", "1", "--user", "nobody").code == 2


def test_one_is_shown_with_what_is_reserved_and_its_periods(qd: QdCall, project: dict[str, Any], world: World) -> None:
    known = add_budget(world, project, spent="9", reserved="0.5", now={"reservations": 1, "unpriced": 2})
    known["periods"].append({**known["now"], "begins": "2026-11-22T00:00:00.000000+00:00", "share": 0.25, "calls": 7})
    known["held"].append(
        {
            "id": global_id("BudgetReservation", uuid4()),
            "requestId": "r1",
            "purpose": "a\x1b[2Jreview",
            "persona": "",
            "sessionId": None,
            "taskId": None,
            "expiresAt": NOW,
            "amount": amount("0.5", 0),
        }
    )

    ran = qd("budget", "show", known["id"], "-p", "here")

    assert "90% of dollars" in ran.out
    assert "state     near: 80% and more are spent" in ran.out
    assert "unpriced  2 calls, whose price nobody knows" in ran.out
    assert "a\\x1b[2Jreview" in ran.out
    assert "2026-11-22  ████············  25%" in ran.out
    assert qd("budget", "show", known["id"], "--json").json["reservations"]["edges"][0]["node"]["requestId"] == "r1"


def test_one_that_asks_is_answered_by_the_end_of_its_id(qd: QdCall, project: dict[str, Any], world: World) -> None:
    known = add_budget(world, project, spent="10", asks=ASKS, now={"standing": "ASKING", "exhaustedAt": NOW})
    short = qd("budget", "list", "-p", "here").out.splitlines()[1].split()[0]

    ran = qd("budget", "answer", short, "raise", "--usd", "30", "--reason", "more to do", "-p", "here")

    assert ran.code == 0, ran.err
    asked = dict(world.calls)["answerBudget"]
    assert (asked["budgetId"], asked["answer"], asked["usd"]) == (known["id"], "RAISE", "30")
    assert "what it covers stands still, and it asks" in ran.out
    assert qd("budget", "answer", "ffffffff", "let-on", "-p", "here").code == 66
    assert qd("budget", "answer", "-", "let-on", "-p", "here").code == 2


@pytest.mark.parametrize(
    ("standing", "said"),
    [("CLOSED", "used up, and kept closed"), ("LET_ON", "let on without a limit"), ("OVER", "it only warns")],
)
def test_what_was_answered_is_said(qd: QdCall, project: dict[str, Any], world: World, standing: str, said: str) -> None:
    known = add_budget(world, project, spent="12", now={"standing": standing, "exhaustedAt": NOW, "answeredAt": NOW})
    assert said in qd("budget", "show", known["id"], "-p", "here").out


def test_a_call_is_reserved_settled_and_released(qd: QdCall, project: dict[str, Any], world: World) -> None:
    reserved = qd("budget", "reserve", "-p", "here", "--usd", "0.5", "--for", "a review").out.strip()
    qd(
        *("usage", "record", "-p", "here", "--provider", "p", "--model", "m", "--response-id", "r"),
        *("--reservation", reserved),
    )
    released = qd("budget", "release", reserved)

    assert world.model_calls[0]["reservationId"] == dict(world.calls)["releaseBudget"]["reservationId"]
    assert "released" in released.err
    assert dict(world.calls)["reserveBudget"]["purpose"] == "a review"
    assert qd("budget", "release", "nonsense").code == 2


def test_a_budget_that_is_used_up_is_said_with_what_to_do(qd: QdCall, project: dict[str, Any], world: World) -> None:
    world.failures["reserveBudget"] = {
        "code": "BUDGET_EXHAUSTED",
        "message": "The daily budget is used up.",
        "nextStep": "Answer it.",
        "field": None,
    }

    ran = qd("budget", "reserve", "-p", "here", "--usd", "1")

    assert (ran.code, "used up" in ran.err, "Answer it." in ran.err) == (75, True, True)


def test_one_is_removed(qd: QdCall, project: dict[str, Any], world: World) -> None:
    known = add_budget(world, project)
    ran = qd("budget", "remove", known["id"], "-p", "here")
    assert "The budget of project here for a day is removed." in ran.err
