"""qd workspace export."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from tests.support.fake_gateway import FakeGateway, World
from tests.support.fake_gateway.world import NOW, Json
from tests.unit.cli.conftest import QdCall

from quarterdeck_cli import ids

TREE, BASE = "ab" * 20, "cd" * 20
CONTENT = bytes(range(256)) * 4000
PATH = "/exports/a-session/a-tree.tar"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


@pytest.fixture
def session(world: World) -> str:
    made = world.add_session(world.add_project("p", "/p"))
    world.exported = _payload(download=PATH)
    world.downloads[PATH] = CONTENT
    world.left_out = [{"path": "huge\x1b", "reason": "too large"}]
    return ids.short(made["id"])


def _payload(**more: Any) -> Json:
    snapshot: Json = {"tree": TREE, "recordedAt": NOW, "filesChanged": 1, "command": None}
    snapshot |= {"skipped": [{"path": "big", "reason": "too large"}], "skippedTotal": 1}
    given = {"snapshot": snapshot, "baseCommit": BASE, "branch": None, "commit": None, "download": None}
    return {**given, **more}


def test_a_tar_is_written_to_a_file_and_checked_against_the_log(
    qd: QdCall, logged_in: FakeGateway, world: World, session: str, out: Path
) -> None:
    target = out / "x.tar"

    ran = qd("workspace", "export", session, "--format", "tar", "--output", str(target))

    assert (ran.code, ran.out) == (0, "")
    assert target.read_bytes() == CONTENT
    assert f"Wrote {target}: 1000.0 KiB, SHA-256 {hashlib.sha256(CONTENT).hexdigest()}." in ran.err
    assert "Left out: huge\\x1b: too large" in ran.err
    assert world.calls[-1][1] | {"idempotencyKey": ""} == {
        "sessionId": world.sessions[0]["id"],
        "format": "TAR",
        "idempotencyKey": "",
    }
    assert list(out.iterdir()) == [target]
    again = qd("workspace", "export", session, "--format", "tar", "--output", str(target))
    assert (again.code, "already" in again.err) == (2, True)
    shown = qd("workspace", "export", session, "--format", "tar", "-o", str(out / "y"), "--json").json
    assert (shown["bytes"], shown["tree"], shown["leftOutTotal"]) == (len(CONTENT), TREE, 1)


def test_a_patch_goes_to_standard_output(qd: QdCall, logged_in: FakeGateway, world: World, session: str) -> None:
    ran = qd("workspace", "export", session, "--format", "patch", "--at", TREE)

    assert (ran.code, ran.raw) == (0, CONTENT)
    assert f"It applies to commit {BASE[:12]}" in ran.err
    assert world.calls[-1][1]["at"] == TREE


def test_a_branch_is_named_with_its_commit(qd: QdCall, logged_in: FakeGateway, world: World, session: str) -> None:
    world.exported = _payload(branch="review/x", commit="12" * 20)

    ran = qd("workspace", "export", session, "--format", "branch", "--branch", "review/x")

    assert (ran.code, ran.out) == (0, f"review/x {'12' * 20}\n")
    assert "Left out: big: too large" in ran.err
    assert qd("workspace", "export", session, "--format", "branch", "--json").json["commit"] == "12" * 20


def test_what_breaks_off_leaves_no_file(
    qd: QdCall, logged_in: FakeGateway, world: World, session: str, out: Path
) -> None:
    world.break_downloads = True

    ran = qd("workspace", "export", session, "--format", "tar", "--output", str(out / "x.tar"))

    assert ran.code not in {0, 2}
    assert "broke off the connection" in ran.err
    assert list(out.iterdir()) == []


def test_what_the_log_does_not_name_leaves_no_file(
    qd: QdCall, logged_in: FakeGateway, world: World, session: str, out: Path
) -> None:
    world.record_downloads = False

    ran = qd("workspace", "export", session, "--format", "tar", "--output", str(out / "x.tar"))

    assert (ran.code, "The log names no export" in ran.err) == (74, True)
    assert list(out.iterdir()) == []


def test_a_refusal_is_said_in_the_servers_words(
    qd: QdCall, logged_in: FakeGateway, world: World, session: str, out: Path
) -> None:
    world.downloads.clear()

    ran = qd("workspace", "export", session, "--format", "tar", "--output", str(out / "x.tar"))

    assert "There is nothing to download here." in ran.err
    world.failures["exportWorkspace"] = {"code": "CONFLICT", "message": "There is a branch x already."}
    assert "There is a branch x already." in qd("workspace", "export", session, "--format", "branch").err


@pytest.mark.parametrize(
    "words",
    [
        ("--format", "branch", "--output", "x"),
        ("--format", "tar", "--branch", "x"),
        ("--format", "tar", "--json"),
        ("--format", "zip"),
        (),
    ],
)
def test_words_that_do_not_go_together_are_refused(
    qd: QdCall, logged_in: FakeGateway, session: str, words: tuple[str, ...]
) -> None:
    assert qd("workspace", "export", session, *words).code == 2
