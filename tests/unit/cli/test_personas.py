"""qd persona, and sessions that are opened with one."""

from typing import Any

import pytest
from tests.support.fake_gateway.server import FakeGateway
from tests.support.fake_gateway.world import World
from tests.unit.cli.conftest import QdCall


@pytest.fixture
def project(world: World, logged_in: FakeGateway) -> dict[str, Any]:
    return world.add_project("p", "/p")


def test_a_persona_is_defined_in_the_words_of_a_projects_settings(qd: QdCall, project: dict[str, Any]) -> None:
    ran = qd(
        *("persona", "define", "reviewer", "memory=1G", "idle-time=30m", "network=pypi.org,[2001:db8::1]:80"),
        *("--description", "Reads.\x1b[2J", "-p", "p"),
    )

    assert ran.code == 0
    assert "name         reviewer" in ran.out
    assert "description  Reads.\\x1b[2J" in ran.out
    assert "memory       1.0 GiB" in ran.out
    assert "idle-time    1800 s" in ran.out
    assert "network      pypi.org:443, [2001:db8::1]:80" in ran.out
    [made] = project["kept"]
    assert made["limits"]["memoryBytes"] == 2**30


@pytest.mark.parametrize(
    ("words", "network", "shown"),
    [
        ([], None, "as the project"),
        (["network="], None, "as the project"),
        (["network=none"], [], "none"),
        (["network+=a.org"], [{"host": "a.org", "port": 443}], "a.org:443"),
    ],
)
def test_no_list_is_told_from_an_empty_one(
    qd: QdCall, project: dict[str, Any], words: list[str], network: Any, shown: str
) -> None:
    assert f"network   {shown}" in qd("persona", "define", "reviewer", *words, "-p", "p").out

    assert project["kept"][0]["network"] == network


def test_a_persona_is_revised_shown_listed_and_retired(qd: QdCall, project: dict[str, Any]) -> None:
    qd("persona", "define", "reviewer", "network=a.org", "memory=1G", "-p", "p")
    qd("persona", "define", "a-writer", "-p", "p")

    revised = qd("persona", "revise", "reviewer", "network+=b.org:80", "memory=", "cpus=1.5", "-p", "p", "--json").json

    assert revised["network"] == [{"host": "a.org", "port": 443}, {"host": "b.org", "port": 80}]
    assert (revised["limits"]["memoryBytes"], revised["limits"]["cpus"], revised["revision"]) == (None, 1.5, 2)
    assert qd("persona", "show", "reviewer", "-p", "p", "--json").json == revised
    assert qd("persona", "retire", "a-writer", "-p", "p").code == 0
    assert "a-writer" not in qd("persona", "list", "-p", "p").out
    listed = qd("persona", "list", "--all", "-p", "p").out.splitlines()
    assert [line.split()[0] for line in listed] == ["NAME", "a-writer", "reviewer"]
    assert "retired" in listed[1]
    assert "cpus 1.5" in listed[2]
    assert [each["name"] for each in qd("persona", "list", "-p", "p", "--json").json] == ["reviewer"]


def test_a_rule_is_added_to_a_list_only_where_there_is_one(qd: QdCall, project: dict[str, Any]) -> None:
    qd("persona", "define", "reviewer", "-p", "p")

    ran = qd("persona", "revise", "reviewer", "network+=a.org", "-p", "p")

    assert ran.code == 2
    assert "whatever the project allows is allowed" in ran.err
    assert "Begin one with network=HOST" in ran.err
    assert project["kept"][0]["revision"] == 1


@pytest.mark.parametrize(
    ("command", "code", "told"),
    [
        (("define", "a", "sessions=3"), 2, "There is no setting 'sessions'"),
        (("revise", "nobody", "memory=1G"), 66, "no persona 'nobody'"),
        (("revise", "nobody"), 2, "Nothing is to be changed"),
        (("show", "nobody"), 66, "`qd persona list` shows them"),
        (("retire", "nobody"), 66, "no persona 'nobody'"),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    qd: QdCall, project: dict[str, Any], command: tuple[str, ...], code: int, told: str
) -> None:
    ran = qd("persona", *command, "-p", "p")

    assert ran.code == code
    assert told in ran.err


def test_a_session_is_opened_with_a_persona_and_shows_it(qd: QdCall, world: World, project: dict[str, Any]) -> None:
    world.add_session(project, title="without")
    assert "PERSONA" not in qd("session", "list").out

    opened = qd("session", "open", "-p", "p", "--persona", "reviewer")

    assert "persona  reviewer, revision 1" in qd("session", "show", opened.out.strip()).out
    listed = qd("session", "list").out
    assert "PERSONA" in listed.splitlines()[0]
    assert "reviewer" in listed.splitlines()[1]
    assert qd("session", "list", "--json").json[0]["persona"] == {"name": "reviewer", "revision": 1}


def test_a_run_opens_its_session_with_a_persona_and_no_other_has_another(
    qd: QdCall, world: World, project: dict[str, Any]
) -> None:
    qd("run", "-p", "p", "--persona", "reviewer", "true")

    assert world.sessions[0]["persona"]["name"] == "reviewer"
    ran = qd("run", "-s", world.sessions[0]["id"], "--persona", "reviewer", "true")
    assert ran.code == 2
    assert "keeps the persona that it was opened with" in ran.err
