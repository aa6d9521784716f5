"""qd search, and qd audit search on a server: what is asked for and how it is shown."""

from pathlib import Path

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.search import add_hit
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids


@pytest.fixture
def project(logged_in: FakeGateway, world: World) -> str:
    return str(world.add_project("shop", "/p")["id"])


def test_what_is_found_has_its_place_and_is_made_safe(qd: QdCall, world: World, project: str) -> None:
    hit = add_hit(world, "\x1b]0;x\x07error: no", "error", offset=1692)
    add_hit(world, "grep error", "error")

    ran = qd("search", "error", "-p", "shop", "--in", "output")

    short = ids.short(hit["command"]["id"])
    assert f"command {short}, session {ids.short(hit['sessionId'])}, " in ran.out
    assert "event 7: output at 1692\n> \\x1b]0;x\\x07error: no\n" in ran.out
    assert "event 7: its text\n> grep error\n" in ran.out
    assert f"qd replay {short} --from 1692" in ran.err
    assert world.asked[-1] == {"text": "error", "projectId": project, "kinds": ["OUTPUT"], "waitFor": 0}


def test_a_search_goes_on_where_an_earlier_one_ended(qd: QdCall, world: World, project: str) -> None:
    for number in range(150):
        add_hit(world, f"x {number}", "x")
    whole = qd("search", "x", "--all", "-n", "500", "--json").json
    assert (len(whole["hits"]), whole["after"], "projectId" in world.asked[-1]) == (150, None, False)
    ran = qd("search", "x", "-p", "shop", "-n", "2")
    assert "give --limit, or --after 2.0.0" in ran.err
    further = qd("search", "x", "-p", "shop", "-n", "2", "--after", "2.0.0", "--json").json
    assert [hit["excerpt"] for hit in further["hits"]] == ["x 2", "x 3"]


def test_what_is_not_searched_is_said(qd: QdCall, world: World, project: str) -> None:
    world.skipped_bytes, world.searched_upto = 5000, -1
    world.failures["search"] = {"code": "UNAVAILABLE", "message": "It is behind."}
    ran = qd("search", "x", "-p", "shop")
    assert (ran.code, ran.out) == (0, "")
    assert "Nothing was found." in ran.err
    assert "Not searched: 5,000 bytes" in ran.err
    assert "commands that ended after event -1" in ran.err
    assert qd("search", "x", "-p", "shop", "--all").code == 2


def test_an_audit_on_a_server_asks_its_index_and_says_when_it_reads_the_record(
    qd: QdCall, world: World, project: str, tmp_path: Path
) -> None:
    hit = add_hit(world, "an error here", "error", offset=12)
    add_hit(world, "make error", "error")
    told = qd("audit", "search", "error", "-p", "shop", "-n", "1", "--json").json
    assert told["more"] is True
    [shown] = told["hits"]
    assert (shown["where"], shown["offset"], shown["spans"]) == ("output", 12, [[3, 8]])
    assert (shown["command_id"], shown["requested_by"]) == (hit["command"]["id"], "ann")
    assert "There is more than these 1" in qd("audit", "search", "error", "--all", "-n", "1").err
    scanned = qd("audit", "search", "err.r", "--regex", "--all")
    assert "read from its beginning" in scanned.err
    assert "Nothing was found." in scanned.err
