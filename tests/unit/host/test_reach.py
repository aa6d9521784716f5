"""Which paths a user cannot reach, and what has to be mounted for it."""

from pathlib import Path

import pytest

from quarterdeck.host.accounts import Account
from quarterdeck.host.reach import Need, barrier_to, covers, may_read

STRANGER = Account("stranger", 54321, 54321)


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """A folder only its owner may enter, in one that all may."""
    for folder in (*reversed(tmp_path.parents), tmp_path):
        if folder.stat().st_mode & 0o001 == 0 and folder.owner() != "root":
            pytest.skip("temporary folders are below one that others may not enter")
    folder = tmp_path / "closed"
    (folder / "inside").mkdir(parents=True)
    folder.chmod(0o700)
    return folder


def test_the_outermost_closed_folder_is_the_barrier(closed: Path) -> None:
    barrier = barrier_to(STRANGER, closed / "inside" / "file")
    assert barrier is not None
    assert barrier == closed or closed.is_relative_to(barrier)


def test_root_and_the_owner_have_no_barrier(closed: Path) -> None:
    info = closed.stat()
    assert barrier_to(Account("root", 0, 0), closed / "inside") is None
    owner = Account("owner", info.st_uid, info.st_gid)
    assert barrier_to(owner, closed / "inside") is None


def test_what_is_not_there_yet_is_reached_as_far_as_it_is(closed: Path) -> None:
    barrier = barrier_to(STRANGER, closed / "new" / "data")
    assert barrier is not None
    assert closed.is_relative_to(barrier)
    assert barrier_to(STRANGER, Path("/usr/new/data")) is None


def test_what_can_be_reached_needs_no_mount() -> None:
    assert covers(STRANGER, [Need(Path("/usr/bin")), Need(Path("/etc/passwd"))]) == []


def test_needs_below_one_barrier_are_kept_together_and_without_repetition(closed: Path) -> None:
    inner = closed / "inside"
    (inner / "deeper").mkdir()
    found = covers(STRANGER, [Need(inner), Need(inner / "deeper"), Need(closed / "inside", read_only=False)])
    assert len(found) == 1
    barrier, kept = found[0]
    assert closed.is_relative_to(barrier)
    assert kept == [(str(inner.resolve()), False)]


def test_a_writable_place_in_a_read_only_one_is_mounted_over_it(closed: Path) -> None:
    (closed / "inside" / "data").mkdir()
    found = covers(STRANGER, [Need(closed / "inside"), Need(closed / "inside" / "data", read_only=False)])
    assert found[0][1] == [(str(closed / "inside"), True), (str(closed / "inside" / "data"), False)]


def test_a_files_own_bits_count(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch(mode=0o600)
    file.chmod(0o600)
    assert not may_read(STRANGER, file)
    file.chmod(0o644)
    assert may_read(STRANGER, file)
