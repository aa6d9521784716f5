"""qd report."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_gateway.server import FakeGateway
from tests.support.fake_gateway.world import World
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli.report_words import zone_here


@pytest.fixture
def project(world: World, logged_in: FakeGateway) -> dict[str, Any]:
    return world.add_project("p", "/p")


def test_a_report_is_set_listed_sent_shown_and_removed(qd: QdCall, project: dict[str, Any], world: World) -> None:
    made = qd(
        *("report", "set", "weekly", "--every", "week", "--week-starts", "sunday", "--zone", "Europe/Berlin"),
        *("--mail", "ann@example.org", "--mail", "bob:bob@example.org", "--folder", "team", "-p", "p"),
    )
    assert made.code == 0
    assert "weekly from sunday, 08:00 Europe/Berlin" in made.out
    assert "mail bob@example.org, for bob" in made.out
    assert "none yet" in qd("report", "list").out

    sent = qd("report", "send", "weekly", "--day", "2026-11-18")
    assert sent.code == 0
    assert sent.out.count("arrived") == 3
    assert ("sendReport", {"reportId": world.reports[0]["id"], "day": "2026-11-18"}) in [
        (name, {key: asked[key] for key in ("reportId", "day")}) for name, asked in world.calls if name == "sendReport"
    ]
    assert "2026-11-22: 3 of 3 arrived" in qd("report", "list", "-p", "p").out
    assert "2026-11-16 to 2026-11-22" in qd("report", "show", "weekly").out
    assert qd("report", "show", "weekly", "--json").json["issues"][0]["arrived"] == 3
    assert qd("report", "remove", "weekly").code == 0
    assert qd("report", "remove", "weekly").code == 66


def test_what_is_left_out_of_a_change_stays(qd: QdCall, project: dict[str, Any], world: World) -> None:
    qd(
        "report",
        "set",
        "r",
        "--every",
        "day",
        "--at",
        "07:15",
        "--zone",
        "UTC",
        "--mail",
        "bob:b@example.org",
        "-p",
        "p",
    )
    qd("report", "set", "r", "--every", "month", "-p", "p")

    (kept,) = world.reports
    assert (kept["cadence"], kept["at"], kept["zone"]) == ("MONTHLY", "07:15", "UTC")
    assert kept["recipients"] == [{"channel": "MAIL", "address": "b@example.org", "userName": "bob"}]


def test_reports_of_one_name_are_told_apart_by_their_project(qd: QdCall, project: dict[str, Any], world: World) -> None:
    qd("report", "set", "r", "--mail", "a@example.org", "-p", "p")
    qd("report", "set", "r", "--mail", "a@example.org", "--all-projects")

    assert len(world.reports) == 2
    ambiguous = qd("report", "show", "r")
    assert ambiguous.code == 2
    assert "all projects" in ambiguous.err
    assert qd("report", "show", "r", "-p", "p").code == 0


def test_one_that_does_not_arrive_is_an_exit_code(qd: QdCall, project: dict[str, Any]) -> None:
    qd("report", "set", "r", "--mail", "nobody@example.org", "-p", "p")
    ran = qd("report", "send", "r")
    assert ran.code == 69
    assert "550 unknown\\x1b[2J" in ran.out


def test_a_preview_is_text_in_the_terminal_and_a_page_in_a_file(
    qd: QdCall, project: dict[str, Any], world: World, tmp_path: Path
) -> None:
    shown = qd("report", "preview", "--every", "month", "--zone", "Asia/Kolkata", "--day", "2026-11-18", "-p", "p")
    assert shown.out.splitlines()[:2] == ["Weekly report: p", "Mon 16\\x1b[2J"]
    name, asked = world.calls[-1]
    assert (name, asked["cadence"], asked["zone"], asked["day"]) == (
        *("previewReport", "MONTHLY", "Asia/Kolkata"),
        "2026-11-18",
    )

    assert qd("report", "preview", "-p", "p", "--json").json == {"type": "report"}
    page, text = tmp_path / "a.html", tmp_path / "a.txt"
    assert qd("report", "preview", "-p", "p", "-o", str(page)).out == f"{page}\n"
    qd("report", "preview", "-p", "p", "-o", str(text))
    assert page.read_text() == "<!DOCTYPE html>"
    assert text.read_text().startswith("Weekly report")
    assert qd("report", "preview", "-p", "p", "-o", str(tmp_path / "no" / "a.html")).code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("set", "r", "-p", "p"),
        ("preview", "-p", "p", "--day", "today"),
        ("preview", "r", "--every", "day"),
    ],
)
def test_what_makes_no_sense_is_said(qd: QdCall, project: dict[str, Any], words: tuple[str, ...]) -> None:
    assert qd("report", *words).code == 2


def test_the_computers_zone_is_taken_where_it_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", ":America/Sao_Paulo")
    assert zone_here() == "America/Sao_Paulo"
    monkeypatch.setenv("TZ", "CET-1CEST")
    assert zone_here()
