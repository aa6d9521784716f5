"""The data directory, its lock, its private files and its logs."""

import os
from pathlib import Path

import pytest

from quarterdeck.host import lock
from quarterdeck.host.errors import AlreadyRunningError, StorageError
from quarterdeck.host.layout import DataDirectory
from quarterdeck.host.log_files import keep_small, read_from
from quarterdeck.host.progress import Progressing
from quarterdeck.host.secrets import passwords, write_private


def test_its_folders_are_closed_to_others(tmp_path: Path) -> None:
    data = DataDirectory(tmp_path / "new" / "data")
    data.create()
    data.create()
    passage = 0o711 if os.geteuid() == 0 else 0o700
    assert data.root.stat().st_mode & 0o777 == passage
    assert data.secrets.stat().st_mode & 0o777 == 0o700
    assert data.logs.stat().st_mode & 0o777 == 0o700


def test_a_file_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        DataDirectory(tmp_path / "data").create()


def test_the_lock_names_its_holder_and_is_free_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert lock.holder(path) is None
    with lock.hold(path, "http://here"):
        assert lock.holder(path) == lock.Holder(os.getpid(), "http://here")
        with pytest.raises(AlreadyRunningError, match=f"pid {os.getpid()}, http://here"):
            with lock.hold(path, "http://there"):
                """Never reached."""
    assert lock.holder(path) is None


def test_a_lock_file_of_a_dead_holder_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text('{"pid": 1, "url": "http://gone"}')
    assert lock.holder(path) is None
    with lock.hold(path, "http://here"):
        assert lock.holder(path) == lock.Holder(os.getpid(), "http://here")


def test_a_private_file_replaces_a_link_instead_of_following_it(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "private").symlink_to(other)
    write_private(tmp_path / "private", "secret")
    assert other.read_text() == "mine"
    assert (tmp_path / "private").read_text() == "secret"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other", "private"]


def test_passwords_are_made_once_for_each_name(tmp_path: Path) -> None:
    first = passwords(tmp_path / "file", ("a",))
    both = passwords(tmp_path / "file", ("a", "b"))
    assert both["a"] == first["a"]
    assert both["b"] != both["a"]
    assert len(both["b"]) >= 40


def test_a_log_that_grew_large_is_moved_aside_while_it_is_written(tmp_path: Path) -> None:
    log = tmp_path / "role.log"
    with log.open("a") as writer:
        writer.write("x" * 100)
        writer.flush()
        keep_small(tmp_path, largest=50)
        writer.write("after")
        writer.flush()
    assert log.read_text() == "after"
    assert log.with_name("role.log.1").read_text() == "x" * 100


def test_a_log_is_read_on_from_where_it_was_and_from_its_start_when_it_was_cut(tmp_path: Path) -> None:
    log = tmp_path / "role.log"
    assert read_from(log, 0) == (b"", 0)
    log.write_bytes(b"one\n")
    assert read_from(log, 0) == (b"one\n", 4)
    assert read_from(log, 4) == (b"", 4)
    log.write_bytes(b"2\n")
    assert read_from(log, 4) == (b"2\n", 2)


def test_a_line_that_no_disk_takes_is_shown_nevertheless() -> None:
    shown: list[str] = []
    progress = Progressing(shown.append)
    progress.log = Path("/dev/full")
    progress.line("worker ended")
    assert shown == ["worker ended"]
