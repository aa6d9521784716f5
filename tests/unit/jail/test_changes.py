"""Changes to a workspace's files, as they are done in a jail."""

import os
from pathlib import Path

import pytest

from quarterdeck.jail.shim.changes import (
    EXECUTABLE,
    FILE,
    LINK,
    MORE,
    REMOVE,
    SHELL,
    BrokenChangesError,
    apply,
    decode,
    encode,
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir()
    made = tmp_path / "workspace"
    made.mkdir()
    return made


def do(workspace: Path, *records: bytes) -> None:
    apply(b"".join(records), str(workspace), str(workspace.parent / "state"))


def test_files_links_and_programs_are_made_with_the_folders_they_need(workspace: Path) -> None:
    do(
        workspace,
        encode(FILE, b"a/b/c", b"1"),
        encode(MORE, b"a/b/c", b"2"),
        encode(EXECUTABLE, b"run", b"#!/bin/sh\n"),
        encode(LINK, b"link", b"../elsewhere"),
        encode(FILE, b"line\nbreak \xff", b""),
    )

    assert (workspace / "a/b/c").read_bytes() == b"12"
    assert (workspace / "run").stat().st_mode & 0o111
    assert not (workspace / "a/b/c").stat().st_mode & 0o111
    assert (workspace / "link").readlink() == Path("../elsewhere")
    assert (os.fsencode(workspace) + b"/line\nbreak \xff") in [
        entry.path for entry in os.scandir(os.fsencode(workspace))
    ]


def test_what_is_in_the_way_is_replaced_and_no_link_is_followed(workspace: Path) -> None:
    outside = workspace.parent / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (workspace / "folder").symlink_to(outside)
    (workspace / "file").symlink_to(outside / "kept")
    (workspace / "tree" / "deep").mkdir(parents=True)
    (workspace / "tree" / "deep" / "x").write_text("x")
    (workspace / "plain").write_text("plain")

    do(
        workspace,
        encode(FILE, b"folder/kept", b"mine"),
        encode(FILE, b"file", b"mine"),
        encode(FILE, b"tree", b"now a file"),
        encode(FILE, b"plain/inner", b"now in a folder"),
    )

    assert (outside / "kept").read_text() == "kept"
    assert (workspace / "folder/kept").read_text() == "mine"
    assert (workspace / "file").read_text() == "mine"
    assert (workspace / "tree").read_text() == "now a file"
    assert (workspace / "plain/inner").read_text() == "now in a folder"


def test_what_is_removed_takes_the_folders_that_held_nothing_else_with_it(workspace: Path) -> None:
    do(workspace, encode(FILE, b"a/b/c", b"1"), encode(FILE, b"a/d", b"1"))

    do(workspace, encode(REMOVE, b"a/b/c"), encode(REMOVE, b"not/there"), encode(REMOVE, b"a/e"))

    assert sorted(path.name for path in workspace.rglob("*")) == ["a", "d"]


def test_a_removal_never_goes_through_a_link(workspace: Path) -> None:
    outside = workspace.parent / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept")
    (workspace / "folder").symlink_to(outside)

    do(workspace, encode(REMOVE, b"folder/kept"))

    assert (outside / "kept").exists()


def test_the_shells_state_is_kept_beside_the_workspace(workspace: Path) -> None:
    do(workspace, encode(SHELL, b"", b"declare -x A=b\n# whole\n"))

    assert (workspace.parent / "state" / "state").read_bytes().startswith(b"declare")
    assert list(workspace.iterdir()) == []


@pytest.mark.parametrize("path", [b"", b"/etc/passwd", b"a/../b", b"..", b"a//b", b".", b"a\0b"])
def test_a_path_that_leads_elsewhere_is_refused(workspace: Path, path: bytes) -> None:
    with pytest.raises(BrokenChangesError):
        do(workspace, encode(FILE, path, b"x"))


@pytest.mark.parametrize("cut", [1, 8, 10])
def test_a_record_that_is_cut_off_is_refused(cut: int) -> None:
    with pytest.raises(BrokenChangesError, match="cut off"):
        list(decode(encode(FILE, b"abc", b"def")[:-cut]))
