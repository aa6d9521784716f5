"""qd session compare."""

from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import NOW, Json
from tests.unit.cli.conftest import QdCall
from tests.unit.cli.test_snapshots import TREE, changed, diff, paged

from quarterdeck_cli import ids

OTHER = "cd" * 20


@pytest.fixture
def pair(world: World) -> tuple[Json, Json]:
    project = world.add_project("p", "/p")
    return world.add_session(project), world.add_session(project)


def side(session: Json, tree: str, **more: Any) -> Json:
    snapshot: Json = {
        "tree": tree,
        "recordedAt": NOW,
        "filesChanged": 1,
        "skipped": [],
        "skippedTotal": 0,
        "command": None,
    }
    return {"session": {**session, "baseCommit": "c" * 40}, "snapshot": {**snapshot, **more}, "leftAncestorAt": None}


def short(session: Json) -> str:
    return ids.short(session["id"])


def test_the_files_of_two_sessions_are_compared_to_their_end_and_what_they_share_is_said(
    qd: QdCall, logged_in: FakeGateway, world: World, pair: tuple[Json, Json]
) -> None:
    a, b = pair
    asked_for: list[Json] = []
    pages: dict[Any, Json] = {
        None: diff(changed("one", hunks=[]), cursor="one"),
        "one": diff(changed("two\x1b[2J", hunks=[])),
    }

    def comparison(asked: Json) -> Json:
        asked_for.append(asked)
        left = {**side(b, OTHER), "leftAncestorAt": {"sessionId": a["id"], "commandId": None, "moment": "AFTER"}}
        huge = [{"path": "huge", "reason": "too large"}]
        return {
            "sameBase": True,
            "ancestorId": a["id"],
            "a": side(a, TREE, skipped=huge, skippedTotal=1),
            "b": left,
            "diff": paged(pages),
        }

    world.comparison = comparison

    ran = qd("session", "compare", short(a), short(b), "--at-a", TREE)

    assert ran.code == 0
    assert ran.out.splitlines() == ["modified: one  +1 -1", "modified: two\\x1b[2J  +1 -1"]
    assert f"Both started from commit {'c' * 12}." in ran.err
    assert f"{short(a)} is what the other one was forked from." in ran.err
    assert f"{short(b)} goes back to session {short(a)}." in ran.err
    assert f"Left out in {short(a)}: huge: too large" in ran.err
    # the second page is of the same points, whatever the sessions have done since
    assert [(each["atA"], each["atB"]) for each in asked_for] == [(TREE, None), (TREE, OTHER)]
    whole = qd("session", "compare", short(a), short(b), "--json").json
    assert [file["path"] for file in whole["diff"]["files"]] == ["one", "two\x1b[2J"]


def test_a_session_at_two_points_is_not_called_its_own_ancestor(
    qd: QdCall, logged_in: FakeGateway, world: World, pair: tuple[Json, Json]
) -> None:
    a, _ = pair
    found = {"sameBase": True, "ancestorId": a["id"], "a": side(a, TREE), "b": side(a, OTHER), "diff": diff()}
    world.comparison = lambda _asked: found

    assert "forked" not in qd("session", "compare", short(a), short(a), "--at-a", TREE).err


def test_sessions_with_the_same_files_and_nothing_else_in_common_say_so(
    qd: QdCall, logged_in: FakeGateway, world: World, pair: tuple[Json, Json]
) -> None:
    a, b = pair
    found = {"sameBase": False, "ancestorId": None, "a": side(a, TREE), "b": side(b, TREE), "diff": diff()}
    world.comparison = lambda _asked: found

    ran = qd("session", "compare", short(a), short(b), "--stat")

    assert (ran.code, ran.out) == (0, "")
    assert "They started from different commits" in ran.err
    assert "Their files are the same." in ran.err
    assert qd("session", "compare", short(a), short(b), "--stat", "--json").code == 2
