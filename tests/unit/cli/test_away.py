"""qd away, and what `qd` alone says of it."""

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.away import add_happening
from tests.support.fake_gateway.world import Json
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.commands import away


@pytest.fixture
def project(world: World, logged_in: FakeGateway) -> Json:
    return world.add_project("app", "/app")


@pytest.fixture
def in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(away, "in_terminal", lambda: True)


def marked(world: World) -> list[int]:
    return [asked["position"] for name, asked in world.calls if name == "markRead"]


def test_what_happened_is_told_with_what_wants_attention_by_whom(qd: QdCall, world: World, project: Json) -> None:
    failed = add_happening(world, project, "COMMAND_FAILED", "make test (exited 1)", "rm \x1b[2J", more=True)
    failed["actors"] = [{"name": "ann", "count": 1}, {"name": "bot\x07", "count": 1}]
    add_happening(world, project, "TASK_FINISHED", "T-1 Fix it")
    ran = qd("away", "-p", "app")
    assert ran.code == 0
    assert "2+ commands failed  (ann 1, bot\\x07 1)" in ran.out
    assert "1 task done  (ann)" in ran.out
    assert "T-1 Fix it" in ran.out
    assert "\x1b" not in ran.out
    assert marked(world) == []


def test_it_is_marked_as_read_where_it_is_shown_to_somebody(
    qd: QdCall, world: World, project: Json, in_a_terminal: None
) -> None:
    add_happening(world, project, "TASK_CREATED", "T-1 One", "T-2 Two")
    qd("away", "-p", "app", "--json")
    assert marked(world) == []
    assert "T-2 Two" in qd("away", "-p", "app").out
    assert marked(world) == [101]
    again = qd("away", "-p", "app")
    assert (again.out, "Nothing happened since 2026-11-23" in again.err) == ("", True)
    assert "T-2 Two" in qd("away", "-p", "app", "--since", "0").out
    assert marked(world) == [101]


def test_json_marks_nothing_unless_it_is_told_to(qd: QdCall, world: World, project: Json) -> None:
    add_happening(world, project, "ALERT_RAISED", "failing commands")
    told = qd("away", "-p", "app", "--json").json
    assert (told["readAt"], told["upTo"], told["groups"][0]["kind"]) == (None, 100, "ALERT_RAISED")
    qd("away", "-p", "app", "--json", "--mark-read")
    assert marked(world) == [100]


def test_it_can_be_counted_as_unread_again(qd: QdCall, world: World, project: Json) -> None:
    add_happening(world, project, "TASK_CREATED", "T-1 One")
    assert qd("away", "-p", "app", "--unread").code == 2
    qd("away", "-p", "app", "--since", "7", "--unread")
    assert next(asked for name, asked in world.calls if name == "markRead")["back"] is True
    assert marked(world) == [7]


def test_a_time_or_a_span_says_since_when(qd: QdCall, world: World, project: Json) -> None:
    qd("away", "-p", "app", "--since", "2026-11-01T00:00")
    assert world.asked[-1]["sinceTime"]
    assert qd("away", "-p", "app", "--since", "soon").code == 2


def test_qd_alone_tells_of_each_project_where_something_happened(
    qd: QdCall, world: World, project: Json, in_a_terminal: None
) -> None:
    world.add_project("quiet", "/quiet")
    add_happening(world, project, "SESSION_LOST", "main gone")
    ran = qd()
    assert ran.code == 0
    assert "While you were away: app\n" in ran.out
    assert "1 session lost  (ann)" in ran.out
    assert "quiet" not in ran.out
    assert marked(world) == [100]
    assert "While you were away" not in qd().out


def test_qd_alone_as_json_tells_and_marks_nothing(qd: QdCall, world: World, project: Json, in_a_terminal: None) -> None:
    add_happening(world, project, "SESSION_LOST", "main gone")
    [told] = qd("--json").json["away"]
    assert (told["project"]["name"], told["groups"][0]["kind"]) == ("app", "SESSION_LOST")
    assert marked(world) == []


def test_a_token_that_may_not_read_events_costs_only_this_part(qd: QdCall, world: World, project: Json) -> None:
    world.failures["whileAway"] = {"code": "FORBIDDEN", "message": "This token lacks the scope event:read."}
    ran = qd()
    assert (ran.code, ran.err) == (0, "")
    assert qd("away", "-p", "app").code == 77
    assert "While you were away" not in ran.out
