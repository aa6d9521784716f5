"""qd diff, and qd session diff, tree, cat, blame and snapshots."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import NOW, Json
from tests.unit.cli.conftest import QdCall

TREE = "ab" * 20
EVIL = "a\x1b]52;c;ZXZpbA==\x07\nb"


def field(**of: Any) -> Callable[..., Json]:
    """A field that gives this, and keeps what it was asked with in `asked`."""

    def resolve(_info: Any, **asked: Any) -> Json:
        resolve.asked.append(asked)  # type: ignore[attr-defined]
        return of

    resolve.asked = []  # type: ignore[attr-defined]
    return resolve


def paged(pages: dict[Any, Json]) -> Callable[..., Json]:
    def resolve(_info: Any, after: str | None = None, **_: Any) -> Json:
        return pages[after]

    return resolve


def changed(path: str, **more: Any) -> Json:
    made: Json = {
        "path": path,
        "oldPath": None,
        "status": "MODIFIED",
        "oldKind": "FILE",
        "newKind": "FILE",
        "oldSize": 2,
        "newSize": 3,
        "binary": False,
        "truncated": False,
        "linesAdded": 1,
        "linesRemoved": 1,
        "hunks": [{"oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-old", f"+{EVIL}"]}],
    }
    return {**made, **more}


def diff(*files: Json, cursor: str | None = None, skipped: int = 0) -> Json:
    left_out = [{"path": f"huge{n}\x1b[31m", "reason": "too large"} for n in range(min(skipped, 20))]
    return {
        "from": TREE,
        "to": TREE,
        "files": list(files),
        "totalFiles": len(files),
        "endCursor": cursor,
        "skipped": left_out,
        "skippedTotal": skipped,
    }


@pytest.fixture
def session(world: World) -> Json:
    return world.add_session(world.add_project("p", "/p"))


def uuid(node: Json) -> str:
    return base64.b64decode(node["id"]).decode().partition(":")[2]


def test_a_commands_diff_is_shown_page_by_page_and_harmless(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    command = world.add_command(session, {"text": "edit"}).node
    moved = changed(
        "new", oldPath="old", status="RENAMED", newKind="EXECUTABLE", hunks=[], linesAdded=0, linesRemoved=0
    )
    pages: dict[Any, Json] = {
        None: diff(changed(EVIL), cursor="x", skipped=0),
        "x": diff(moved, changed("pic", binary=True, hunks=[], truncated=True), skipped=12),
    }
    command["diff"] = paged(pages)

    shown = qd("diff", uuid(command))

    assert shown.code == 0
    assert "\x1b" not in shown.out + shown.err
    assert shown.out.splitlines() == [
        "modified: a\\x1b]52;c;ZXZpbA==\\x07⏎b  +1 -1",
        "@@ -1,1 +1,1 @@",
        "-old",
        "+a\\x1b]52;c;ZXZpbA==\\x07⏎b",
        "renamed: old → new (file → executable)",
        "modified: pic  +1 -1",
        "binary: 2 B → 3 B",
        "… more than is shown: it is too large to be compared line by line",
    ]
    assert "Left out: huge0\\x1b[31m: too large" in shown.err
    assert "… and 2 more." in shown.err
    assert [line[:8] for line in qd("diff", uuid(command), "--stat").out.splitlines()] == [
        "modified",
        "renamed:",
        "modified",
    ]
    assert [file["path"] for file in qd("diff", uuid(command), "--json").json["files"]] == [EVIL, "new", "pic"]


def test_a_command_that_has_not_ended_has_no_diff(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    command = world.add_command(session, {"text": "hang"}).node

    ran = qd("diff", uuid(command))

    assert ran.code == 75
    assert "no snapshot of this command's end" in ran.err


def test_points_in_time_are_commands_or_trees(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    command = world.add_command(session, {"text": "edit"}).node
    session["diff"] = asked = field(**diff())

    ran = qd("session", "diff", uuid(session), "--from", TREE, "--to", uuid(command))

    assert (ran.code, ran.err) == (0, "Nothing changed.\n")
    assert asked.asked[0] | {"first": 0} == {"from": TREE, "to": command["id"], "first": 0, "after": None}  # type: ignore[attr-defined]
    assert qd("session", "diff", "f" * 12).code == 66


def test_a_folder_is_listed_to_its_end(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    def entry(name: str, kind: str, size: int | None) -> Json:
        return {"name": name, "path": name, "kind": kind, "size": size, "object": "0" * 40}

    pages: dict[Any, Json] = {
        None: {"tree": TREE, "path": "", "total": 2, "endCursor": "a", "entries": [entry("a\n", "FILE", 2048)]},
        "a": {"tree": TREE, "path": "", "total": 2, "endCursor": None, "entries": [entry("b", "FOLDER", None)]},
    }
    session["tree"] = paged(pages)

    ran = qd("session", "tree", uuid(session))

    assert [line.split() for line in ran.out.splitlines()] == [
        ["KIND", "SIZE", "NAME"],
        ["file", "2.0", "KiB", "a⏎"],
        ["folder", "b"],
    ]
    assert [each["name"] for each in qd("session", "tree", uuid(session), "src", "--json").json] == ["a\n", "b"]


def test_a_file_is_printed_byte_by_byte(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    content = bytes(range(256)) * 10

    def part(_info: Any, path: str, offset: int, **_: Any) -> Json:
        data = content[offset : offset + 1000]
        return {
            "tree": TREE,
            "path": path,
            "kind": "FILE",
            "size": len(content),
            "object": "0" * 40,
            "binary": True,
            "offset": offset,
            "data": base64.b64encode(data).decode(),
        }

    session["file"] = part

    assert qd("session", "cat", uuid(session), "x").raw == content
    assert [each["offset"] for each in qd("session", "cat", uuid(session), "x", "--json").json_lines] == [0, 1000, 2000]


def test_each_line_is_shown_with_the_command_it_came_with(
    qd: QdCall, logged_in: FakeGateway, world: World, session: Json
) -> None:
    command = world.add_command(session, {"text": "edit"}).node
    by = {"tree": TREE, "recordedAt": NOW, "command": command}
    base = {"tree": TREE, "recordedAt": NOW, "command": None}
    session["blame"] = field(
        tree=TREE,
        path="f",
        truncated=True,
        ranges=[
            {"start": 1, "lines": ["one", "\x1b[2J"], "snapshot": by},
            {"start": 3, "lines": ["x"], "snapshot": base},
        ],
    )

    ran = qd("session", "blame", uuid(session), "f")

    first, second, third = ran.out.splitlines()
    assert first.startswith(f"{uuid(command)[-8:]} ann")
    assert first.endswith("1 one")
    assert second.endswith("2 \\x1b[2J")
    assert third.startswith("abababab")
    assert "may be older" in ran.err
    assert qd("session", "blame", uuid(session), "f", "--json").json["ranges"][0]["snapshot"]["command"]["id"]


def test_the_points_in_time_are_listed(qd: QdCall, logged_in: FakeGateway, world: World, session: Json) -> None:
    command = world.add_command(session, {"text": "edit"}).node
    node: Json = {
        "tree": TREE,
        "recordedAt": NOW,
        "filesChanged": 3,
        "skipped": [],
        "skippedTotal": 2,
        "command": command,
    }
    session["snapshots"] = field(
        edges=[{"node": node, "cursor": "1"}], pageInfo={"hasNextPage": False, "hasPreviousPage": False}
    )

    ran = qd("session", "snapshots", uuid(session))

    assert ran.out.splitlines()[1].split()[0] == TREE
    assert "edit" in ran.out
    assert qd("session", "snapshots", uuid(session), "--json").json[0]["skippedTotal"] == 2
