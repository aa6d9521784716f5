"""qd audit snapshots: what a server gives is hashed as git does it, and nothing of it is believed."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError
from tests.support.fake_gateway import FakeGateway, World
from tests.support.records import SESSION
from tests.support.snapshot_repository import Json, Repository, session_with_snapshots
from tests.unit.cli.conftest import QdCall


@pytest.fixture
def files(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def session(files: Repository, world: World, logged_in: FakeGateway) -> Json:
    return session_with_snapshots(files, world)


def test_every_object_of_every_snapshot_is_checked_once(session: Json, files: Repository, qd: QdCall) -> None:
    ran = qd("audit", "snapshots", str(SESSION), "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["named"], ran.json["checked"], ran.json["folders"], ran.json["files"]) == (2, 2, 4, 7)
    assert sorted(set(files.asked)) == ["a", "a-b", "a.d/deep/er", "back\\\\slash ä", "link", "run.sh"]
    assert "2 of 2 snapshots are what their names say" in qd("audit", "snapshots", str(SESSION)).out


def changed(entry: str, **values: Any) -> Callable[[Repository, Json], None]:
    def change(files: Repository, session: Json) -> None:
        def tree(info: Any, **asked: Any) -> Json:
            page = files.resolve_tree(info, **asked)
            entries = [each | values if each["name"] == entry else each for each in page["entries"]]
            return page | {"entries": entries}

        session["tree"] = tree

    return change


def another_file(files: Repository, session: Json) -> None:
    def file(info: Any, path: str, **asked: Any) -> Json:
        part = files.resolve_file(info, path, **asked)
        return part | {"data": base64.b64encode(b"2").decode(), "size": 1} if path == "a" else part

    session["file"] = file


WRONG: dict[str, tuple[Callable[[Repository, Json], None], str]] = {
    "a file's content": (another_file, "the file 'a' has the name"),
    "a name": (changed("a-b", name="b-b"), "the folder '/' has the name"),
    "a mode": (changed("run.sh", kind="FILE"), "the folder '/' has the name"),
    "an object": (changed("a.d", object="0" * 40), "the folder '/' has the name"),
    "below": (changed("er", object="0" * 40), "the folder 'a.d/deep' has the name"),
    "no object": (changed("a", object="zz"), "names no object"),
}


@pytest.mark.parametrize(("change", "told"), WRONG.values(), ids=WRONG.keys())
def test_what_is_not_what_its_name_says_is_found(
    session: Json, files: Repository, qd: QdCall, change: Callable[[Repository, Json], None], told: str
) -> None:
    change(files, session)
    ran = qd("audit", "snapshots", str(SESSION), "--json")
    assert ran.code == 1
    assert (ran.json["finding"]["position"], ran.json["finding"]["fault"]) == (3, "changed snapshot")
    assert told in ran.json["finding"]["detail"]
    assert "Position 3 is bad: changed snapshot" in qd("audit", "snapshots", str(SESSION)).out


def test_the_names_may_come_from_a_bundle(session: Json, world: World, qd: QdCall, tmp_path: Path) -> None:
    bundle = str(tmp_path / "record")
    qd("audit", "export", bundle, "-s", str(SESSION))
    world.events.clear()
    assert qd("audit", "snapshots", str(SESSION), "--bundle", bundle, "--json").json["checked"] == 2


def test_a_session_without_snapshots_is_told(world: World, qd: QdCall, logged_in: FakeGateway) -> None:
    ran = qd("audit", "snapshots", "00000000-0000-0000-0000-000000000009")
    assert ran.code > 1
    assert "names no snapshot" in ran.err


def test_a_snapshot_that_cannot_be_read_is_named(session: Json, files: Repository, qd: QdCall) -> None:
    """Whether the worker is away or its store is damaged, nobody knows: it is no verdict."""

    def away(_info: Any, **_: Any) -> Json:
        raise GraphQLError("The worker failed at this.", extensions={"code": "UNAVAILABLE", "nextStep": "Look."})

    session["file"] = away
    ran = qd("audit", "snapshots", str(SESSION))
    assert ran.code == 69
    assert "named at position 3, could not be read: The worker failed at this." in ran.err
    assert "0 before it are what their names say" in ran.err
