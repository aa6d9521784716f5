"""qd alert: rules, what they raised, and silences."""

from typing import Any

import pytest
from tests.support.fake_gateway.alerts import add_alert
from tests.support.fake_gateway.server import FakeGateway
from tests.support.fake_gateway.world import World
from tests.unit.cli.conftest import QdCall

RULE = ("alert", "rule", "set", "failing", "--kind", "error-ratio", "--measure", "command-duration", "-p", "p")


@pytest.fixture
def project(world: World, logged_in: FakeGateway) -> dict[str, Any]:
    return world.add_project("p", "/p")


def test_a_rule_is_set_in_words(qd: QdCall, world: World, project: dict[str, Any]) -> None:
    ran = qd(
        *(*RULE, "--above", "0.2", "--window", "10m", "--for", "5m", "--minimum", "5", "--by", "user", "--by", "model"),
        *("--where", "model=a", "--where", "model=b", "--severity", "critical", "--mail", "ops@example.org"),
        *(
            "--webhook",
            "https://a.example/h",
            "--repeat",
            "0",
            "--gather",
            "90s",
            "--quiet",
            "22:00-07:00@Europe/Paris",
        ),
        *("--description", "Look.\x1b[2J"),
    )

    assert ran.code == 0, ran.err
    assert "when         failing commands > 20 % over 10 min by user, model, held for 300 s" in ran.out
    assert "quiet        22:00 to 07:00 in Europe/Paris" in ran.out
    assert "repeats      never" in ran.out
    assert "Look.\\x1b[2J" in ran.out
    asked = next(asked for name, asked in world.calls if name == "setAlertRule")
    assert asked["projectId"] == project["id"]
    assert asked["rule"]["condition"] == {
        "kind": "ERROR_RATIO",
        "measure": "COMMAND_DURATION",
        "statistic": "TOTAL",
        "comparison": "ABOVE",
        "threshold": 0.2,
        "windowSeconds": 600,
        "forSeconds": 300,
        "minimum": 5,
        "groupBy": ["user", "model"],
        "filters": [{"dimension": "model", "values": ["a", "b"]}],
    }


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*RULE,), "needs a bound"),
        ((*RULE, "--above", "1", "--below", "2"), "about one bound"),
        ((*RULE, "--above", "1", "--where", "model"), "NAME=VALUE"),
        ((*RULE, "--above", "1", "--quiet", "night"), "no hours"),
        ((*RULE, "--above", "1", "--window", "soon"), "soon"),
    ],
)
def test_what_makes_no_sense_is_refused(qd: QdCall, project: dict[str, Any], words: tuple[str, ...], said: str) -> None:
    ran = qd(*words)

    assert ran.code == 2
    assert said in ran.err


def test_absence_needs_no_bound_and_a_servers_rule_no_project(qd: QdCall, world: World, logged_in: FakeGateway) -> None:
    words = (
        "alert",
        "rule",
        "set",
        "quiet",
        "--kind",
        "absence",
        "--measure",
        "model-calls",
        "--server",
        "--below",
        "3",
    )

    assert "the whole server" in qd(*words).out
    [(_, asked)] = [call for call in world.calls if call[0] == "setAlertRule"]
    assert "projectId" not in asked
    assert "threshold" not in asked["rule"]["condition"] or asked["rule"]["condition"]["threshold"] == 0


def test_rules_are_listed_shown_tried_and_removed(qd: QdCall, world: World, project: dict[str, Any]) -> None:
    assert "no alert rules" in qd("alert", "rule", "list").err
    qd(*RULE, "--above", "0.2", "--mail", "ops@example.org")

    assert "failing  p        warning   ops@example.org" in qd("alert", "rule", "list").out
    shown = qd("alert", "rule", "show", "failing", "-p", "p").out
    assert "webhook https://a.example/h  given up  12" in shown
    assert "\x1b" not in shown
    tried = qd("alert", "rule", "test", "failing", "--send", "-p", "p")
    assert "● raised" in tried.out
    assert "on its way" in tried.err
    [asked] = [asked for name, asked in world.calls if name == "testAlertRule"]
    assert asked["rule"]["condition"]["kind"] == "ERROR_RATIO"
    assert qd("alert", "rule", "secret", "https://a.example/h", "-p", "p").out == "whsec_AAAA\n"
    assert qd("alert", "rule", "secret", "https://a.example/h", "-p", "p", "--json").json == {"secret": "whsec_AAAA"}
    assert qd("alert", "rule", "remove", "failing", "-p", "p").code == 0
    assert qd("alert", "rule", "show", "failing", "-p", "p").code == 66
    assert world.alert_rules == []


def test_alerts_are_listed_shown_and_acknowledged(qd: QdCall, world: World, project: dict[str, Any]) -> None:
    assert "Nothing is out of order." in qd("alert", "list").err
    alert = add_alert(world, project)
    add_alert(world, None, state="resolved", severity="INFO", labels=[])

    [head, row] = qd("alert", "list").out.splitlines()
    assert head.split() == ["ID", "STATE", "SEVERITY", "PROJECT", "RULE", "RAISED", "WHAT"]
    assert "● firing" in row
    assert "user ann\\x1b[2J · failing commands 50 %" in row
    assert "○ resolved  info      server" in qd("alert", "list", "--all").out
    infos = qd("alert", "list", "--all", "--severity", "info", "--severity", "warning").out.splitlines()
    assert [line.split()[2:4] for line in infos[1:]] == [["resolved", "info"]]
    assert "No alert is like that." in qd("alert", "list", "--find", "nobody").err
    shown = qd("alert", "show", row.split()[0])
    assert "webhook https://a.example/h" in shown.out
    assert "\x1b" not in shown.out
    acknowledged = qd("alert", "ack", alert["id"], "-m", "on it")
    assert "◐ failing commands" in acknowledged.out
    assert "by ann" in acknowledged.out
    assert qd("alert", "list", "--json").json[0]["note"] == "on it"
    assert qd("alert", "show", "VGFzazox").code != 0


def test_a_silenced_alert_says_so(qd: QdCall, world: World, project: dict[str, Any]) -> None:
    alert = add_alert(world, project)
    assert "silenced" not in qd("alert", "list").out
    alert["silencedUntil"] = "2099-01-01T00:00:00+00:00"
    [_, row] = qd("alert", "list").out.splitlines()
    assert "● firing, silenced" in row
    assert "silenced until" in " ".join(qd("alert", "show", row.split()[0]).out.split())
    assert qd("alert", "list", "--json").json[0]["silencedUntil"] == alert["silencedUntil"]


def test_a_silence_is_set_listed_and_ended(qd: QdCall, world: World, project: dict[str, Any]) -> None:
    ran = qd(
        *("alert", "silence", "--until", "2h", "-m", "a move", "--rule", "failing", "--severity", "critical"),
        *("--where", "persona=reviewer", "-p", "p"),
    )

    assert "alerts   failing, critical, persona reviewer" in ran.out
    assert "a move" in qd("alert", "silences").out
    identifier = qd("alert", "silences").out.splitlines()[1].split()[0]
    assert "ended" in qd("alert", "unsilence", identifier).out
    assert world.silences[0]["endedAt"]
    assert qd("alert", "silence", "--until", "1h", "-m", "x", "--server", "--json").json["project"] is None
