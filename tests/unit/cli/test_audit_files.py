"""Bundles with files: taken out of a server, checked and read without one."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLError
from tests.support.fake_gateway import FakeGateway, World
from tests.support.records import SESSION
from tests.support.snapshot_repository import Json, Repository, session_with_snapshots
from tests.unit.cli.conftest import QdCall

from quarterdeck.audit.bundle.checking import check
from quarterdeck.audit.bundle.container import members
from quarterdeck.audit.trees import exporting, walking
from quarterdeck.audit.trees.held import HeldFiles, held_files


@pytest.fixture
def files(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def session(files: Repository, world: World, logged_in: FakeGateway) -> Json:
    return session_with_snapshots(files, world)


@pytest.fixture
def bundle(session: Json, qd: QdCall, tmp_path: Path) -> Path:
    path = tmp_path / "record"
    assert qd("audit", "export", str(path), "-s", str(SESSION), "--with-files").code == 0
    return path


def trees(path: Path) -> list[str]:
    return list(check(path).files.named)


def test_files_are_in_it_once_and_are_what_their_names_say(bundle: Path, files: Repository, qd: QdCall) -> None:
    assert sorted(files.asked)[:2] == ["a", "a"], "of the second snapshot only what it changed is asked for"
    assert files.asked.count("run.sh") == 1
    found = check(bundle)
    assert (found.report.intact, found.files.whole, found.files.objects) == (True, 2, 11)
    told = qd("audit", "verify", "--bundle", str(bundle), "--json").json["bundle"]["files"]
    assert told == {"held": True, "named": 2, "whole": 2, "objects": 11, "bytes": 2528, "missing": []}
    assert "2 snapshots are what their names say" in qd("audit", "verify", "--bundle", str(bundle)).out


def test_a_bundle_without_files_says_so(session: Json, qd: QdCall, tmp_path: Path) -> None:
    path = tmp_path / "record"
    qd("audit", "export", str(path), "-s", str(SESSION))
    assert "names 2 snapshots of files and does not hold them" in qd("audit", "verify", "--bundle", str(path)).err
    refused = qd("audit", "export", "x.json", "-s", str(SESSION), "--with-files", "--format", "jsonl")
    assert "Only bundles have files." in refused.err


def test_files_are_compared_and_read_without_a_server(bundle: Path, world: World, qd: QdCall) -> None:
    world.events.clear()
    before, after = trees(bundle)
    with held_files(bundle) as held:
        assert held
        (changed,) = held.differences(before, after)
        assert (changed.path, changed.status, changed.lines_added) == ("a", "MODIFIED", 1)
        assert [line for hunk in changed.hunks for line in hunk.lines] == ["+changed", "\\ No newline at end of file"]
        assert content(held, after, "a.d/deep/er") == b"\xff\0"
        assert content(held, after, "back\\\\slash ä") == b"1"
        assert held.entry(after, "../a") is None
    # the record of this test has snapshots, and no workspace that they belong to
    assert "no files at this place" in qd("audit", "replay", "--bundle", str(bundle), "--file", "a").err


def content(held: HeldFiles, tree: str, path: str) -> bytes:
    entry = held.entry(tree, path)
    assert entry
    return held.blob(entry[1])


def test_a_large_file_is_never_held_as_a_whole(
    session: Json, qd: QdCall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "LARGE", 1100)
    monkeypatch.setattr(exporting, "MEMBER_BYTES", 1000)
    path = tmp_path / "record"
    assert qd("audit", "export", str(path), "-s", str(SESSION), "--with-files").code == 0
    with path.open("rb") as file:
        held = [each for each in members(file) if each.name.endswith(".objects")]
    assert max(len(each.content) for each in held) < 1200
    assert check(path).files.whole == 2
    with held_files(path) as found:
        assert found
        assert content(found, trees(path)[0], "a-b") == b"x" * 2500


def test_an_export_that_was_cut_off_keeps_the_files_that_it_had(
    session: Json, files: Repository, qd: QdCall, tmp_path: Path
) -> None:
    def away(info: Any, path: str, **asked: Any) -> Json:
        if asked["at"] == files.trees[1]:
            raise GraphQLError("The worker is away.", extensions={"code": "UNAVAILABLE", "nextStep": "Wait."})
        return files.resolve_file(info, path, **asked)

    session["file"] = away
    path = str(tmp_path / "record")
    assert qd("audit", "export", path, "-s", str(SESSION), "--with-files").code == 69
    assert "beginning of another export" in qd("audit", "export", path, "-s", str(SESSION)).err
    session["file"] = files.resolve_file
    ran = qd("audit", "export", path, "-s", str(SESSION), "--with-files", "--json")
    assert (ran.json["resumed"], ran.json["objects"], ran.json["missing"]) == (True, 11, [])
    assert files.asked.count("run.sh") == 1
    assert check(Path(path)).files.whole == 2


def test_what_the_server_does_not_have_or_gives_wrongly_is_named(
    session: Json, files: Repository, qd: QdCall, tmp_path: Path
) -> None:
    def other(info: Any, path: str, **asked: Any) -> Json:
        part = files.resolve_file(info, path, **asked)
        return part | {"data": "", "size": 0} if path == "a" and asked["at"] != first else part

    first = files.trees[0]
    session["file"] = other
    path = tmp_path / "record"
    ran = qd("audit", "export", str(path), "-s", str(SESSION), "--with-files")
    assert ran.code == 0
    assert "is not in it: the file 'a' has the name" in ran.err
    found = check(path)
    assert (found.report.intact, found.files.whole, len(found.files.missing)) == (True, 1, 1)
    assert "could not be exported: the file 'a' has the name" in qd("audit", "verify", "--bundle", str(path)).err
